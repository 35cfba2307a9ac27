#include "equivec/base/characters.hpp"
#include "equivec/base/error.hpp"
#include "src/text/text_rules.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

using namespace equivec;

namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const auto* const begin = std::find_if_not(text.begin() + at, text.end(), is_space);
    const auto* const end = std::find_if(begin, text.end(), is_space);
    if (begin != end)
      words.push_back(
          text.substr(static_cast<std::size_t>(begin - text.begin()), static_cast<std::size_t>(end - begin)));
    at = static_cast<std::size_t>(end - text.begin());
  }
  return words;
}

}  // namespace

// The first two bytes choose the options and a place where the rest, a text, is cut in two: the rules keep its lines,
// and both parts have the words of the whole.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 3) return 0;
  const auto choice = [&](unsigned shift, unsigned count) { return (bytes[0] >> shift) % count; };
  TextOptions options;
  options.tokenize = tokenizations[choice(0, 4)];
  options.normalize = normalizations[choice(2, 4) % 3];
  options.lowercase = choice(4, 2) == 1;
  options.digits = choice(5, 2) == 1 ? Digits::zero : Digits::keep;
  options.invalid_utf8 = invalid_utf8_rules[choice(6, 4) % 3];
  if (options.tokenize == Tokenization::words && choice(2, 4) == 3) options.punctuation = Punctuation::drop;
  const std::string_view text(reinterpret_cast<const char*>(bytes + 2), size - 2);

  const TextRules rules(options);
  TextRules::Scratch whole_scratch, left_scratch, right_scratch;
  const std::string_view whole = rules.apply(text, whole_scratch).text;
  if (std::ranges::count(whole, '\n') != std::ranges::count(text, '\n')) std::abort();
  const std::size_t cut = bytes[1] % text.size();
  if (cut == 0 || (!is_space(text[cut - 1]) && !may_cut(text, cut, options.tokenize))) return 0;
  std::vector<std::string_view> parts = words_of(rules.apply(text.substr(0, cut), left_scratch).text);
  for (const std::string_view word : words_of(rules.apply(text.substr(cut), right_scratch).text)) parts.push_back(word);
  if (parts != words_of(whole)) std::abort();
  return 0;
}
