#include "equivec/text/text_options.hpp"

#include "src/base/text_numbers.hpp"
#include "src/text/special_token.hpp"
#include "src/text/text_rules.hpp"

namespace equivec {

namespace {

/// The value of `name` in the metadata among `values`, by name_of.
template <class T, std::size_t N>
void read(const std::map<std::string, std::string>& metadata, const char* name, const std::array<T, N>& values,
          T& field) {
  const auto entry = metadata.find(name);
  if (entry == metadata.end()) return;
  for (const T value : values)
    if (name_of(value) == entry->second) {
      field = value;
      return;
    }
  throw Error(std::string(name) + ": no value is named '" + entry->second + "'");
}

}  // namespace

void validate(const TextOptions& options) {
  require_special_token(options.end_token);
  require_at_least("max-sentence", options.max_sentence, 0);
  if (options.punctuation == Punctuation::drop && options.tokenize == Tokenization::whitespace)
    throw OptionError(
        "punctuation drop needs tokenize words or characters; between white space, punctuation is part of words");
}

std::map<std::string, std::string> description(const TextOptions& options) {
  std::map<std::string, std::string> result;
  const TextOptions standard;
  if (options.lowercase) result["lowercase"] = "true";
  if (options.normalize != standard.normalize) result["normalize"] = name_of(options.normalize);
  if (options.tokenize != standard.tokenize) result["tokenize"] = name_of(options.tokenize);
  if (options.punctuation != standard.punctuation) result["punctuation"] = name_of(options.punctuation);
  if (options.digits != standard.digits) result["digits"] = name_of(options.digits);
  if (options.invalid_utf8 != standard.invalid_utf8) result["invalid_utf8"] = name_of(options.invalid_utf8);
  if (options.max_sentence > 0) result["max_sentence"] = std::to_string(options.max_sentence);
  if (!options.end_token.empty()) result["end_token"] = options.end_token;
  return result;
}

TextOptions text_options_of(const std::map<std::string, std::string>& metadata) {
  TextOptions options;
  const auto value = [&](const char* name) {
    const auto entry = metadata.find(name);
    return entry == metadata.end() ? std::string() : entry->second;
  };
  options.lowercase = value("lowercase") == "true";
  read(metadata, "normalize", normalizations, options.normalize);
  read(metadata, "tokenize", tokenizations, options.tokenize);
  read(metadata, "punctuation", punctuations, options.punctuation);
  read(metadata, "digits", digit_rules, options.digits);
  read(metadata, "invalid_utf8", invalid_utf8_rules, options.invalid_utf8);
  if (const std::string most = value("max_sentence"); !most.empty()) {
    const auto number = parse_number<int>(most);
    if (!number) throw Error("max_sentence: expected a number, found '" + most + "'");
    options.max_sentence = *number;
  }
  options.end_token = value("end_token");
  return options;
}

std::string_view name_of(Normalization value) {
  return value == Normalization::none ? "none" : value == Normalization::nfc ? "nfc" : "nfkc";
}

std::string_view name_of(Tokenization value) {
  switch (value) {
    case Tokenization::whitespace:
      return "whitespace";
    case Tokenization::words:
      return "words";
    case Tokenization::letters:
      return "letters";
    case Tokenization::characters:
      break;
  }
  return "characters";
}

std::string_view name_of(Punctuation value) { return value == Punctuation::keep ? "keep" : "drop"; }
std::string_view name_of(Digits value) { return value == Digits::keep ? "keep" : "zero"; }

std::string_view name_of(InvalidUtf8 value) {
  switch (value) {
    case InvalidUtf8::keep:
      return "keep";
    case InvalidUtf8::replace:
      return "replace";
    case InvalidUtf8::skip:
      return "skip";
    case InvalidUtf8::fail:
      break;
  }
  return "fail";
}

std::string tokenized(std::string_view text, const TextOptions& options) {
  validate(options);
  TextRules::Scratch scratch;
  const RuledText result = TextRules(options).apply(text, scratch);
  if (result.failed_line) throw Error("line " + std::to_string(*result.failed_line + 1) + " of the text is not UTF-8");
  return std::string(result.text);
}

}  // namespace equivec
