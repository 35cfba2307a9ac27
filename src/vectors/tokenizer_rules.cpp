#include "src/vectors/tokenizer_rules.hpp"

#include "equivec/base/error.hpp"
#include "src/files/json.hpp"

#include <array>
#include <string_view>

namespace equivec {

namespace {

using Kind = NormalizerStep::Kind;
using Characters = SplitStep::Characters;
using Action = SplitStep::Action;

const std::string file = "the vectors' tokenizer.json";

[[noreturn]] void fail(const JsonValue& value, const std::string& message) {
  fail_at(file, value.line, value.key, message);
}

[[noreturn]] void refuse(const JsonValue& value, const std::string& what) {
  fail(value, what +
                  " is not known here; cut the texts with the Python package tokenizers and give mean_vectors() the "
                  "tokens, or leave the tokenizer out by way of .vec");
}

const JsonValue* member(const JsonValue& object, std::string_view key, JsonValue::Kind kind, const char* expected) {
  const JsonValue* const value = object.find(key);
  if (!value || value->kind == JsonValue::Kind::null) return nullptr;
  if (value->kind != kind) fail(*value, std::string("expected ") + expected + ", " + found(*value));
  return value;
}

std::string text_of(const JsonValue& object, std::string_view key, std::string_view otherwise = {}) {
  const JsonValue* const value = member(object, key, JsonValue::Kind::text, "a text");
  return value ? value->text : std::string(otherwise);
}

bool is_true(const JsonValue& object, std::string_view key, bool otherwise) {
  const JsonValue* const value = member(object, key, JsonValue::Kind::boolean, "true or false");
  return value ? value->number != 0 : otherwise;
}

/// The steps that stand in a list of the object.
template <class Add>
void for_each_of(const JsonValue& sequence, std::string_view key, const Add& add) {
  if (const JsonValue* const list = member(sequence, key, JsonValue::Kind::list, "a list"))
    for (const JsonValue& item : list->items) add(item);
}

// ---- normalizers ----

void add_normalizer(const JsonValue& value, std::vector<NormalizerStep>& steps);

void add_bert(const JsonValue& value, std::vector<NormalizerStep>& steps) {
  const bool lowercase = is_true(value, "lowercase", true);
  if (is_true(value, "clean_text", true)) steps.push_back({Kind::clean});
  if (is_true(value, "handle_chinese_chars", true)) steps.push_back({Kind::separate_han});
  if (is_true(value, "strip_accents", lowercase)) {
    steps.push_back({Kind::nfd});
    steps.push_back({Kind::strip_nonspacing_marks});
  }
  if (lowercase) steps.push_back({Kind::lowercase});
}

void add_strip(const JsonValue& value, std::vector<NormalizerStep>& steps) {
  if (is_true(value, "strip_left", true)) steps.push_back({Kind::strip_left});
  if (is_true(value, "strip_right", true)) steps.push_back({Kind::strip_right});
}

void add_text(const JsonValue& value, NormalizerStep step, std::vector<NormalizerStep>& steps) {
  if (step.content.size() > TokenSteps::longest_content)
    fail(value, "inserts more than 64 bytes; the model is damaged");
  steps.push_back(std::move(step));
}

void add_replace(const JsonValue& value, std::vector<NormalizerStep>& steps) {
  const JsonValue* const pattern = member(value, "pattern", JsonValue::Kind::object, "an object");
  const std::string text = pattern ? text_of(*pattern, "String") : "";
  if (text.empty()) refuse(value, "a replacement of a regular expression");
  add_text(value, {Kind::replace, text, text_of(value, "content")}, steps);
}

struct NormalizerType {
  std::string_view name;
  void (*add)(const JsonValue& value, std::vector<NormalizerStep>& steps);
};

template <Kind kind>
void add_plain(const JsonValue&, std::vector<NormalizerStep>& steps) {
  steps.push_back({kind});
}

constexpr std::array normalizer_types = {
    NormalizerType{"BertNormalizer", add_bert},
    NormalizerType{"Lowercase", add_plain<Kind::lowercase>},
    NormalizerType{"StripAccents", add_plain<Kind::strip_marks>},
    NormalizerType{"NFC", add_plain<Kind::nfc>},
    NormalizerType{"NFD", add_plain<Kind::nfd>},
    NormalizerType{"NFKC", add_plain<Kind::nfkc>},
    NormalizerType{"NFKD", add_plain<Kind::nfkd>},
    NormalizerType{"Strip", add_strip},
    NormalizerType{"Replace", add_replace},
    NormalizerType{"Prepend",
                   [](const JsonValue& value, std::vector<NormalizerStep>& steps) {
                     add_text(value, {Kind::prepend, {}, text_of(value, "prepend")}, steps);
                   }},
    NormalizerType{"Sequence", [](const JsonValue& value, std::vector<NormalizerStep>& steps) {
                     for_each_of(value, "normalizers", [&](const JsonValue& step) { add_normalizer(step, steps); });
                   }}};

void add_normalizer(const JsonValue& value, std::vector<NormalizerStep>& steps) {
  const std::string type = text_of(value, "type");
  const auto known = std::ranges::find(normalizer_types, type, &NormalizerType::name);
  if (known == normalizer_types.end()) refuse(value, "the normalizer " + in_quotes(type));
  known->add(value, steps);
}

// ---- pre-tokenizers ----

void add_splits(const JsonValue& value, std::vector<SplitStep>& splits) {
  const std::string type = text_of(value, "type");
  if (type == "Sequence")
    return for_each_of(value, "pretokenizers", [&](const JsonValue& step) { add_splits(step, splits); });
  if (type == "Digits") {
    splits.push_back(
        {Characters::number, is_true(value, "individual_digits", false) ? Action::isolate : Action::group});
  } else if (type == "Punctuation") {
    const std::string behavior = text_of(value, "behavior", "Isolated");
    if (behavior != "Isolated" && behavior != "Removed" && behavior != "Contiguous")
      refuse(value, "the behavior " + in_quotes(behavior) + " of Punctuation");
    splits.push_back({Characters::punctuation, behavior == "Isolated"  ? Action::isolate
                                               : behavior == "Removed" ? Action::remove
                                                                       : Action::group});
  } else if (type == "WhitespaceSplit" || type == "Whitespace" || type == "BertPreTokenizer") {
    splits.push_back({Characters::space, Action::remove});
    if (type == "Whitespace") splits.push_back({Characters::word, Action::group});
    if (type == "BertPreTokenizer") splits.push_back({Characters::punctuation, Action::isolate});
  } else {
    refuse(value, "the pre-tokenizer " + in_quotes(type));
  }
  if (splits.size() > TokenSteps::most_splits) fail(value, "has more than 16 steps; the model is damaged");
}

// ---- the whole ----

void add_model(const JsonValue& model, TokenizerRules& rules) {
  const std::string type = text_of(model, "type");
  if (type != "WordLevel" && type != "WordPiece")
    refuse(model, type.empty() ? "a model without a type" : "the model " + in_quotes(type));
  rules.unknown = text_of(model, "unk_token");
  rules.has_pieces = type == "WordPiece";
  if (!rules.has_pieces) return;
  rules.prefix = text_of(model, "continuing_subword_prefix", "##");
  constexpr double most = 10000;  // a word takes the square of its length
  if (const auto* longest = member(model, "max_input_chars_per_word", JsonValue::Kind::number, "a number")) {
    if (!(longest->number >= 1) || longest->number > most) fail(*longest, "expected 1 to 10,000, " + found(*longest));
    rules.longest_word = static_cast<std::size_t>(longest->number);
  }
}

}  // namespace

TokenizerRules rules_of(const Tokenizer& tokenizer) {
  constexpr std::array<std::string_view, 3> large = {"vocab", "merges", "post_processor"};
  const JsonValue root = parse_json(file, tokenizer.file(), large);
  const auto object = [&](std::string_view key) { return member(root, key, JsonValue::Kind::object, "an object"); };
  TokenizerRules rules;
  if (const JsonValue* const normalizer = object("normalizer")) add_normalizer(*normalizer, rules.normalizer);
  if (const JsonValue* const splits = object("pre_tokenizer")) add_splits(*splits, rules.splits);
  const JsonValue* const model = object("model");
  if (!model) fail(root, "has no model");
  add_model(*model, rules);
  for_each_of(root, "added_tokens", [&](const JsonValue& token) {
    TokenizerRules::Added added{text_of(token, "content"), is_true(token, "normalized", true),
                                is_true(token, "single_word", false)};
    if (!added.word.empty()) rules.added.push_back(std::move(added));
  });
  return rules;
}

}  // namespace equivec
