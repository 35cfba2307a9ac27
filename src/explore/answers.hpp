#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/explore/explorer.hpp"
#include "src/explore/http_server.hpp"
#include "src/explore/spaces.hpp"
#include "src/report/json.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// Answers what the page asks: the same documents as the commands' --json, and beside them "ids", the rows of the words
/// in the vectors explored (-1: not among them). Any thread may ask; what takes long is done one after the other.
class Answers {
 public:
  /// Makes the map that the vectors lack. Throws as Explorer().
  Answers(ExploredVectors vectors, std::optional<ExploredVectors> reference, const ExplorerOptions& options,
          const Reporting& reporting);

  /// Status 404 if there is no such path. Throws Error for a question that cannot be answered; Cancelled.
  HttpAnswer answer(const HttpRequest& request, Progress* progress) const;

  /// Measures the rows' lengths, which the first search would do while somebody waits for it. Throws Cancelled.
  void warm_up(Progress* progress) const;

  const Spaces& spaces() const noexcept { return spaces_; }

  // What answers are made of, for the page that is a file.

  Json information() const;
  /// The number of words drawn, where each begins and the last ends, 32 bits each, then the words' octets.
  std::string words() const;
  /// Two floats for each word drawn, not a number without a place. Throws Error for a layout that the space lacks.
  std::string map(const std::string& layout, const Space& space, const Space& plane, Progress* progress) const;
  Json bias(const Space& space, const Space* reference, const std::string& measure, const std::string& sets,
            Progress* progress) const;

 private:
  Json neighbors(const HttpRequest& request, Progress* progress) const;
  Json analogy(const HttpRequest& request, Progress* progress) const;
  Json complete(const HttpRequest& request) const;
  Json found(const HttpRequest& request) const;
  Json evaluation(const HttpRequest& request, Progress* progress) const;
  Json debiasing(const HttpRequest& request, Progress* progress) const;
  Json moved(const HttpRequest& request, Progress* progress) const;
  Json with_ids(Json document, const Space& space, const std::vector<Neighbor>& words) const;
  std::shared_ptr<const Space> space_of(const HttpRequest& request, std::string_view name, Progress* progress) const;

  ExplorerOptions options_;
  Spaces spaces_;
  std::optional<Matrix> places_;  // of the first words; the vectors' own or made here
  mutable std::mutex long_work_;
};

}  // namespace equivec
