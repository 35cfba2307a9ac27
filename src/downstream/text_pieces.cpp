#include "src/downstream/text_pieces.hpp"

#include "equivec/counts/vocabulary.hpp"
#include "src/counts/find_word.hpp"
#include "src/text/code_points.hpp"

#include <algorithm>

namespace equivec {

/// What one text needs.
struct TextPieces::Work {
  std::vector<std::optional<WordId>> words;
  TokenSteps::Scratch scratch;
  std::vector<std::string_view> pieces;
  std::vector<std::size_t> ends;  // of the code points of a word
};

namespace {

bool begins_with_word_character(std::string_view text) {
  if (text.empty()) return false;
  const CodePoint point = first_code_point(text);
  return point.value != CodePoint::invalid && is_word_character(point.value);
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  return !(begin > 0 && begins_with_word_character(text.substr(begin_of_last_code_point(text.substr(0, begin))))) &&
         !begins_with_word_character(text.substr(end));
}

/// Calls on_mark(mark) for the marks in the text, leftmost and longest first, and on_text(text) for what stands between
/// them.
template <class Marks, class OnMark, class OnText>
void for_each_part(std::string_view text, const Marks& all, const OnMark& on_mark, const OnText& on_text) {
  std::size_t begin = 0;
  for (std::size_t at = text.find_first_of(all.first_bytes); at < text.size();
       at = text.find_first_of(all.first_bytes, at)) {
    const auto mark =
        std::ranges::find_if(all.marks, [&](const auto& m) { return text.substr(at).starts_with(m.text); });
    const std::size_t end = at + (mark == all.marks.end() ? 1 : mark->text.size());
    if (mark != all.marks.end() && (!mark->single_word || stands_alone(text, at, end))) {
      if (at > begin) on_text(text.substr(begin, at - begin));
      on_mark(*mark);
      begin = end;
    }
    at = end;
  }
  if (begin < text.size()) on_text(text.substr(begin));
}

}  // namespace

TextPieces::TextPieces(const Embeddings& embeddings)
    : vocabulary_(embeddings.vocabulary()),
      rules_(rules_of(*embeddings.tokenizer())),
      steps_(rules_.normalizer, rules_.splits) {
  if (!rules_.unknown.empty()) unknown_ = vocabulary_.find(rules_.unknown);
  TokenSteps::Scratch scratch;
  for (const auto& [word, is_normalized, single_word] : rules_.added) {
    const std::string_view text = is_normalized ? steps_.normalize(word, scratch) : word;
    if (!text.empty())
      (is_normalized ? normalized_ : raw_).marks.push_back({std::string(text), find(word), single_word});
  }
  order(raw_);
  order(normalized_);
  for (std::size_t row = 0; row < vocabulary_.size(); ++row) {
    const std::string_view word = vocabulary_.word(word_id(row));
    longest_piece_ = std::max(longest_piece_, word.size());
    if (rules_.has_pieces && word.starts_with(rules_.prefix))
      continuing_.emplace(word.substr(rules_.prefix.size()), word_id(row));
  }
}

void TextPieces::order(Marks& marks) {
  std::ranges::stable_sort(marks.marks, std::greater(), [](const Mark& mark) { return mark.text.size(); });
  for (const Mark& mark : marks.marks)
    if (marks.first_bytes.find(mark.text[0]) == std::string::npos) marks.first_bytes += mark.text[0];
}

std::optional<WordId> TextPieces::find(std::string_view word) const {
  const auto id = vocabulary_.find(word);
  return id && id != unknown_ && holds(vocabulary_, *id) ? id : std::nullopt;
}

std::vector<std::optional<WordId>> TextPieces::of(std::string_view text) const {
  Work work;
  for_each_part(
      text, raw_, [&](const Mark& mark) { work.words.push_back(mark.word); },
      [&](std::string_view part) { add_raw(part, work); });
  return std::move(work.words);
}

void TextPieces::add_raw(std::string_view text, Work& work) const {
  for_each_part(
      steps_.normalize(text, work.scratch), normalized_, [&](const Mark& mark) { work.words.push_back(mark.word); },
      [&](std::string_view part) { add_normalized(part, work); });
}

void TextPieces::add_normalized(std::string_view text, Work& work) const {
  work.pieces.clear();
  steps_.split(text, work.pieces);
  for (const std::string_view piece : work.pieces) {
    if (rules_.has_pieces)
      add_word(piece, work);
    else
      work.words.push_back(find(piece));
  }
}

/// Cuts a word into the longest pieces from the left; unknown if that does not succeed up to its end.
void TextPieces::add_word(std::string_view word, Work& work) const {
  work.ends.clear();
  for (std::size_t at = 0; at < word.size() && work.ends.size() <= rules_.longest_word;) {
    at += first_code_point(word.substr(at)).size;
    work.ends.push_back(at);
  }
  const std::size_t before = work.words.size();
  std::size_t begin = 0, next = 0;  // of `ends`
  bool is_known = work.ends.size() <= rules_.longest_word;
  while (is_known && begin < word.size()) {
    std::optional<WordId> piece;
    std::size_t last = work.ends.size();
    for (; last > next && !piece; --last) {
      const std::string_view part = word.substr(begin, work.ends[last - 1] - begin);
      if (part.size() > longest_piece_) continue;
      if (begin == 0) {
        piece = vocabulary_.find(part);
        if (piece && !holds(vocabulary_, *piece)) piece.reset();
      } else if (const auto found = continuing_.find(part); found != continuing_.end()) {
        piece = found->second;
      }
    }
    is_known = piece.has_value();
    if (!is_known) break;
    work.words.push_back(piece == unknown_ ? std::nullopt : piece);
    next = last + 1;
    begin = work.ends[last];
  }
  if (is_known) return;
  work.words.resize(before);
  work.words.emplace_back();
}

}  // namespace equivec
