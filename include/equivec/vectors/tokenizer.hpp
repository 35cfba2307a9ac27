#pragma once

#include "equivec/base/export.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace EQUIVEC_EXPORT equivec {

/// The files of a static sentence model that say how a text becomes its words: kept byte for byte, so that the model
/// can be written again with other vectors. Immutable, cheap to copy, safe to share between threads: copies share the
/// bytes, which are in memory or in a mapped file.
class Tokenizer {
 public:
  explicit Tokenizer(std::string file, std::string configuration = {})
      : Tokenizer(std::make_shared<const Texts>(Texts{std::move(file), std::move(configuration)})) {}
  /// The same over memory that `owner` keeps alive.
  Tokenizer(std::string_view file, std::string_view configuration, std::shared_ptr<const void> owner)
      : owner_(std::move(owner)), file_(file), configuration_(configuration) {}

  std::string_view file() const noexcept { return file_; }                    ///< the bytes of tokenizer.json
  std::string_view configuration() const noexcept { return configuration_; }  ///< those of config.json, or empty

 private:
  struct Texts {
    std::string file, configuration;
  };
  explicit Tokenizer(const std::shared_ptr<const Texts>& texts) : Tokenizer(texts->file, texts->configuration, texts) {}

  std::shared_ptr<const void> owner_;
  std::string_view file_, configuration_;
};

}  // namespace equivec
