#include "src/vectors/tokenizer_file.hpp"

#include "equivec/base/error.hpp"
#include "src/base/suggestion.hpp"
#include "src/base/text_numbers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace equivec {

namespace {

/// Takes the words out of a tokenizer.json while it is parsed, and passes the rest over: merges and normalizers may be
/// many times as large. Places are the keys on the way to a value: {"model": {"vocab": {"the": 5}}}.
class TokenizerReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  TokenizerReader(const std::string& name, std::string_view text) : name_(name), text_(text) {}

  TokenizerWords take() &&;

  bool null() override { return other("null"); }
  bool boolean(bool) override { return other("a boolean"); }
  bool number_integer(number_integer_t) override { return other("a negative number"); }
  bool number_unsigned(number_unsigned_t value) override;
  bool number_float(number_float_t, const string_t& text) override { return other(text); }
  bool string(string_t& value) override;
  bool binary(binary_t&) override { return false; }  // JSON has none
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override;
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (depth_ <= deepest) places_[depth_ - 1].key = std::move(name);
    return true;
  }
  bool parse_error(std::size_t read, const std::string&, const nlohmann::detail::exception& error) override;

 private:
  struct Place {
    bool is_list = false;
    std::string key;  // of an object: that of the value that is read now
  };
  static constexpr std::size_t deepest = 4;  // a piece of Unigram's vocabulary

  [[noreturn]] void fail(const std::string& message) const { throw Error(name_ + ": " + message); }

  bool open(bool is_list) {
    if (depth_ == 3 && in_list_of_pieces()) {
      if (!is_list) fail("model.vocab is a list, but holds an object; expected lists of a word and a number");
      pieces_.emplace_back();
      has_text_ = false;
    } else if (depth_ == 3 && is_in("model", "vocab")) {
      other(is_list ? "a list" : "an object");
    }
    if (depth_ < deepest) places_[depth_] = {is_list, {}};
    ++depth_;
    has_vocabulary_ = has_vocabulary_ || (depth_ == 3 && is_in("model", "vocab"));
    return true;
  }
  bool close() {
    --depth_;
    return true;
  }

  /// Whether the place is in an object or list of that key in that of the root.
  bool is_in(std::string_view first, std::string_view second) const {
    return !places_[0].is_list && !places_[1].is_list && places_[0].key == first && places_[1].key == second;
  }
  bool in_list_of_pieces() const { return places_[2].is_list && is_in("model", "vocab"); }
  bool at_id() const { return depth_ == 3 && !places_[2].is_list && is_in("model", "vocab"); }
  /// In an object of the list of added tokens.
  bool in_added() const {
    return depth_ == 3 && !places_[0].is_list && places_[0].key == "added_tokens" && places_[1].is_list &&
           !places_[2].is_list;
  }

  /// A value that is no whole number from 0 on; an error where one is expected.
  bool other(const std::string& found) {
    if (at_id() || (in_added() && places_[2].key == "id"))
      fail("the id of " + (at_id() ? "'" + escaped(places_[2].key) + "'" : "an added token") +
           " should be a whole number from 0 on, found " + escaped(found));
    return true;
  }

  const std::string& name_;
  std::string_view text_;
  std::array<Place, deepest> places_;
  std::size_t depth_ = 0;
  bool has_vocabulary_ = false, has_text_ = false;
  std::string model_;
  std::optional<std::string> unknown_;
  std::optional<std::uint64_t> unknown_id_, added_id_;
  std::optional<std::string> added_;
  std::vector<TokenizerWord> words_, added_words_;
  std::vector<std::string> pieces_;  // of a list, whose places are the ids
};

bool TokenizerReader::number_unsigned(number_unsigned_t value) {
  if (at_id())
    words_.push_back({places_[2].key, value});
  else if (in_added() && places_[2].key == "id")
    added_id_ = value;
  else if (depth_ == 2 && is_in("model", "unk_id"))
    unknown_id_ = value;
  return true;
}

bool TokenizerReader::string(string_t& value) {
  if (depth_ == 4 && in_list_of_pieces() && !has_text_) {
    pieces_.back() = std::move(value);
    has_text_ = true;
  } else if (depth_ == 2 && is_in("model", "type")) {
    model_ = std::move(value);
  } else if (depth_ == 2 && is_in("model", "unk_token")) {
    unknown_ = std::move(value);
  } else if (in_added() && places_[2].key == "content") {
    added_ = std::move(value);
  } else {
    other("a text");
  }
  return true;
}

bool TokenizerReader::end_object() {
  if (in_added()) {
    if (!added_id_ || !added_) fail("an added token lacks its id or its content");
    added_words_.push_back({*std::exchange(added_, std::nullopt), *std::exchange(added_id_, std::nullopt)});
  }
  return close();
}

bool TokenizerReader::parse_error(std::size_t read, const std::string&, const nlohmann::detail::exception& error) {
  const std::string_view reason = error.what();
  const auto line = 1 + std::ranges::count(text_.substr(0, read), '\n');
  const std::string where = name_ + ":" + std::to_string(line) + ": ";
  if (reason.find("UTF-8") != reason.npos) throw Error(where + "holds bytes that are not UTF-8; the file is damaged");
  if (reason.find("out_of_range") != reason.npos) throw Error(where + "holds a number that is too large");
  throw Error(where + (read > text_.size() ? "ends where more is needed; the file is truncated"
                                           : "is not JSON here; the file is damaged"));
}

TokenizerWords TokenizerReader::take() && {
  if (!has_vocabulary_) fail("has no words in model.vocab; expected what the library tokenizers writes");
  for (std::size_t id = 0; id < pieces_.size(); ++id) words_.push_back({std::move(pieces_[id]), id});
  words_.insert(words_.end(), std::make_move_iterator(added_words_.begin()),
                std::make_move_iterator(added_words_.end()));
  std::ranges::stable_sort(words_, {}, &TokenizerWord::id);
  TokenizerWords result{std::move(model_), {}, std::move(unknown_)};
  for (TokenizerWord& word : words_) {
    if (result.words.empty() || result.words.back().id != word.id) {
      if (unknown_id_ == word.id) result.unknown = word.word;
      result.words.push_back(std::move(word));
    } else if (result.words.back().word != word.word) {  // an added token may be in the vocabulary too
      fail("the id " + std::to_string(word.id) + " is that of '" + escaped(result.words.back().word) + "' and of '" +
           escaped(word.word) + "'; the file is damaged");
    }
  }
  if (result.words.empty()) fail("has no words in model.vocab");
  return result;
}

}  // namespace

TokenizerWords parse_tokenizer(const std::string& name, std::string_view text) {
  TokenizerReader reader(name, text);
  nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
  return std::move(reader).take();
}

std::string word_level_tokenizer(const Vocabulary& words, const std::string& unknown, bool lowercase) {
  std::string text = R"({"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":)";
  text += lowercase ? R"({"type":"Lowercase"})" : "null";
  text += R"(,"pre_tokenizer":{"type":"WhitespaceSplit"},"post_processor":null,"decoder":null,)"
          R"("model":{"type":"WordLevel","vocab":{)";
  const auto in_json = [](std::string_view word) { return nlohmann::json(word).dump(); };
  for (std::size_t row = 0; row < words.size(); ++row) {
    const std::string_view word = words.word(word_id(row));
    try {
      text += (row > 0 ? ",\n" : "\n") + in_json(word) + ':' + std::to_string(row);
    } catch (const nlohmann::json::exception&) {
      const std::string shown =
          nlohmann::json(word.substr(0, 60)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
      throw Error("word " + grouped(row + 1) + ", " + shown +
                  ", is not UTF-8, which tokenizer.json cannot hold; leave it out with convert --words LIST");
    }
  }
  if (!words.find(unknown)) text += ",\n" + in_json(unknown) + ':' + std::to_string(words.size());
  return text + "},\"unk_token\":" + in_json(unknown) + "}}\n";
}

}  // namespace equivec
