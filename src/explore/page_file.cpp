#include "equivec/base/error.hpp"
#include "equivec/explore/explorer.hpp"
#include "src/explore/answers.hpp"
#include "src/explore/page_parts.hpp"
#include "src/explore/spaces.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace equivec {

namespace {

std::string base64(std::string_view octets) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((octets.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    const std::size_t known = std::min<std::size_t>(3, octets.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < known ? static_cast<unsigned char>(octets[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += k <= known ? digits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

/// {"scale": floats, "rows": numbers of 8 bits} of the drawn words: unit vectors are scale * rows; zeros for a word
/// that has no direction or is not in the space.
Json rounded(const Space& space, std::size_t drawn) {
  const auto dimension = static_cast<std::size_t>(space.embeddings().dimension());
  std::string rows(drawn * dimension, '\0'), scales(drawn * sizeof(float), '\0');
  for (std::size_t word = 0; word < drawn; ++word) {
    const std::optional<WordId> row = space.row(word);
    if (!row) continue;
    const Eigen::VectorXf unit = space.index->unit(*row);
    const float largest = unit.cwiseAbs().maxCoeff();
    if (!(largest > 0)) continue;
    const float scale = largest / 127;
    std::memcpy(scales.data() + word * sizeof scale, &scale, sizeof scale);
    for (std::size_t i = 0; i < dimension; ++i)
      rows[word * dimension + i] =
          static_cast<char>(static_cast<std::int8_t>(std::lround(unit[static_cast<Eigen::Index>(i)] / scale)));
  }
  return {{"scale", base64(scales)}, {"rows", base64(rows)}};
}

/// What can be measured of what everybody asks first.
Json measured(const Answers& answers, const Space& space, const Space* reference, Progress* progress) {
  Json documents = Json::array();
  for (const auto& [measure, sets] : {std::pair("direct-bias", "gender"), std::pair("weat", "weat")}) try {
      documents.push_back(answers.bias(space, reference, measure, sets, progress));
    } catch (const Error&) {
      // These vectors lack the words: the page then has no such measurement to show.
    }
  return documents;
}

Json contents(const Answers& answers, Progress* progress) {
  const Spaces& spaces = answers.spaces();
  const Space& vectors = spaces.vectors();
  Json maps, rows = {{"vectors", rounded(vectors, spaces.drawn())}};
  Json information = answers.information();
  for (const auto& layout : information["layouts"])
    maps[layout.get<std::string>()] = base64(answers.map(layout.get<std::string>(), vectors, vectors, progress));
  const Space* const reference = spaces.reference();
  Json bias = {{"vectors", measured(answers, vectors, reference, progress)}};
  if (reference) {
    rows["reference"] = rounded(*reference, spaces.drawn());
    bias["reference"] = measured(answers, *reference, nullptr, progress);
  }
  return {{"info", std::move(information)},
          {"words", base64(answers.words())},
          {"maps", std::move(maps)},
          {"spaces", std::move(rows)},
          {"bias", std::move(bias)}};
}

/// Puts `text` where the mark stands. The marks are in apps/explorer/page/page.html.
void put(std::string& page, std::string_view mark, const std::string& text) {
  const std::size_t place = page.find(mark);
  if (place == page.npos) throw std::logic_error("page.html: lacks " + std::string(mark));
  page.replace(place, mark.size(), text);
}

/// JSON of which nothing reads as the end of the element that holds it.
std::string within_element(const Json& document) {
  std::string text;
  for (const char c : dump(document))
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  return text;
}

}  // namespace

std::string explorer_page(ExploredVectors vectors, std::optional<ExploredVectors> reference,
                          const ExplorerOptions& options, const Reporting& reporting) {
  validate(options);
  const Answers answers(std::move(vectors), std::move(reference), options, reporting);
  std::string page(page_part("page.html"));
  put(page, "<link rel=\"stylesheet\" href=\"/page.css\">",
      "<meta http-equiv=\"Content-Security-Policy\" content=\"" + std::string(page_part("page.policy")) + "\"><style>" +
          std::string(page_part("page.css")) + "</style>");
  put(page, "<script type=\"module\" src=\"/page.js\"></script>",
      "<script type=\"application/json\" id=\"data\">" + within_element(contents(answers, reporting.progress)) +
          "</script><script>" + std::string(page_part("page.js")) + "</script>");
  return page;
}

}  // namespace equivec
