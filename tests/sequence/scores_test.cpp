#include "equivec/sequence/scores.hpp"

#include "catch.hpp"
#include "equivec/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace equivec;

namespace {

std::vector<std::string> words_at_blanks(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> result;
  for (std::string word; in >> word;) result.push_back(word);
  return result;
}

/// "0-2 x, 3-4 y"
std::string written_out(const std::vector<TaggedSpan>& spans) {
  std::string text;
  for (const TaggedSpan& span : spans)
    text += (text.empty() ? "" : ", ") + std::to_string(span.begin) + "-" + std::to_string(span.end) + " " + span.label;
  return text;
}

std::string spans_in(const std::string& tags) { return written_out(spans_of(words_at_blanks(tags))); }

bool in_spans(const std::string& tags) { return are_spans(words_at_blanks(tags)); }

const SequenceMeasure& measure_named(const std::vector<SequenceMeasure>& measures, const std::string& key) {
  const auto found = std::ranges::find(measures, key, &SequenceMeasure::key);
  if (found == measures.end()) throw std::out_of_range("no measure " + key);
  return *found;
}

std::vector<std::string> keys_of(const std::vector<SequenceMeasure>& measures) {
  std::vector<std::string> keys;
  for (const SequenceMeasure& measure : measures) keys.push_back(measure.key);
  return keys;
}

/// conlleval's two questions about each place, as its functions endOfChunk and startOfChunk answer them for tags of
/// B-, I- and O.
struct ChunkTag {
  char mark;
  std::string type;
};

ChunkTag chunk_tag(const std::string& tag) {
  if (tag.size() > 2 && (tag[0] == 'B' || tag[0] == 'I') && tag[1] == '-') return {tag[0], tag.substr(2)};
  return {'O', ""};
}

bool ends_chunk(const ChunkTag& before, const ChunkTag& tag) {
  return before.mark != 'O' && (tag.mark == 'B' || tag.mark == 'O' || before.type != tag.type);
}

bool starts_chunk(const ChunkTag& before, const ChunkTag& tag) {
  return tag.mark == 'B' || (tag.mark == 'I' && (before.mark == 'O' || before.type != tag.type));
}

std::vector<TaggedSpan> chunks_by_conlleval(const std::vector<std::string>& tags) {
  std::vector<TaggedSpan> result;
  ChunkTag before{'O', ""};
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= tags.size(); ++i) {
    const ChunkTag tag = i < tags.size() ? chunk_tag(tags[i]) : ChunkTag{'O', ""};
    if (ends_chunk(before, tag)) result.push_back({begin, i, before.type});
    if (starts_chunk(before, tag)) begin = i;
    before = tag;
  }
  return result;
}

struct TaggedTexts {
  std::vector<std::vector<std::string>> words, tags, predicted;

  TagComparison view() const { return {words, tags, predicted}; }
  void add(const std::string& text, const std::string& right, const std::string& found) {
    words.push_back(words_at_blanks(text));
    tags.push_back(words_at_blanks(right));
    predicted.push_back(words_at_blanks(found));
  }
};

/// Sentences of few words and few tags, many of them wrong.
TaggedTexts random_tagged_texts(std::uint32_t seed, std::size_t count) {
  const std::vector<std::string> marks = {"O", "O", "B-x", "I-x", "B-y", "I-y"}, names = {"a", "b", "c"};
  std::mt19937 random(seed);
  TaggedTexts texts;
  for (std::size_t i = 0; i < count; ++i) {
    std::string words, tags, predicted;
    for (std::size_t length = 1 + random() % 7; length > 0; --length) {
      const std::string tag = marks[random() % marks.size()];
      words += names[random() % names.size()] + " ";
      tags += tag + " ";
      predicted += (random() % 3 == 0 ? marks[random() % marks.size()] : tag) + " ";
    }
    texts.add(words, tags, predicted);
  }
  return texts;
}

/// Spans of all sentences, with the sentence's number or with the words' text.
template <class Key>
using LabelledKeys = std::vector<std::pair<Key, std::string>>;

LabelledKeys<std::vector<std::size_t>> placed_spans(const std::vector<std::vector<std::string>>& tags) {
  LabelledKeys<std::vector<std::size_t>> result;
  for (std::size_t i = 0; i < tags.size(); ++i)
    for (const TaggedSpan& span : chunks_by_conlleval(tags[i]))
      result.push_back({{i, span.begin, span.end}, span.label});
  return result;
}

/// With `others`, of the spans that these have too.
std::set<std::pair<std::string, std::string>> surface_names(
    const TaggedTexts& texts, const std::vector<std::vector<std::string>>& tags,
    const std::vector<std::vector<std::string>>* others = nullptr) {
  std::set<std::pair<std::string, std::string>> result;
  for (std::size_t i = 0; i < tags.size(); ++i)
    for (const TaggedSpan& span : chunks_by_conlleval(tags[i])) {
      if (others && std::ranges::count(chunks_by_conlleval((*others)[i]), span) == 0) continue;
      std::string name;
      for (std::size_t k = span.begin; k < span.end; ++k) name += texts.words[i][k] + " ";
      result.emplace(name, span.label);
    }
  return result;
}

template <class Keys>
double shared_count(const Keys& first, const Keys& second) {
  return static_cast<double>(
      std::ranges::count_if(first, [&](const auto& each) { return std::ranges::find(second, each) != second.end(); }));
}

double plain_macro_f1(const std::vector<std::uint32_t>& labels, const std::vector<std::uint32_t>& predicted) {
  std::set<std::uint32_t> occurring(labels.begin(), labels.end());
  occurring.insert(predicted.begin(), predicted.end());
  double sum = 0;
  for (const std::uint32_t label : occurring) {
    double both = 0, wanted = 0, found = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      both += labels[i] == label && predicted[i] == label;
      wanted += labels[i] == label;
      found += predicted[i] == label;
    }
    const double precision = found > 0 ? both / found : 0, recall = wanted > 0 ? both / wanted : 0;
    sum += precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
  }
  return sum / static_cast<double>(occurring.size());
}

const BootstrapOptions few_resamples = {.resamples = 400, .seed = 3};

}  // namespace

TEST_CASE("sequence scores: spans are read as conlleval reads them") {
  CHECK(spans_in("O O") == "");
  CHECK(spans_in("B-x I-x O") == "0-2 x");
  CHECK(spans_in("B-x B-x I-x") == "0-1 x, 1-3 x");
  CHECK(spans_in("I-x I-x") == "0-2 x");
  CHECK(spans_in("O I-x O I-x") == "1-2 x, 3-4 x");
  CHECK(spans_in("B-x I-y I-y I-x") == "0-1 x, 1-3 y, 3-4 x");
  CHECK(spans_in("B-x NOUN I-x") == "0-1 x, 2-3 x");
  CHECK(spans_in("B- I-x b-x B_x") == "1-2 x");
  CHECK(spans_in("B-person-name I-person-name") == "0-2 person-name");
}

TEST_CASE("sequence scores: spans of random tags are the chunks of conlleval's rules") {
  const TaggedTexts texts = random_tagged_texts(1, 300);
  for (std::size_t i = 0; i < texts.tags.size(); ++i) {
    CAPTURE(i);
    REQUIRE(written_out(spans_of(texts.tags[i])) == written_out(chunks_by_conlleval(texts.tags[i])));
  }
}

TEST_CASE("sequence scores: tags are those of spans if all are B-, I- or O and some are not O") {
  CHECK(in_spans("O B-x I-x"));
  CHECK(in_spans("I-x"));
  CHECK_FALSE(in_spans("O O"));
  CHECK_FALSE(in_spans(""));
  CHECK_FALSE(in_spans("O B-x NOUN"));
  CHECK_FALSE(in_spans("B-"));
  CHECK_FALSE(in_spans("NOUN VERB"));
}

TEST_CASE("sequence scores: measures of tags by hand") {
  TaggedTexts texts;
  texts.add("Ann met Bo Li in Rome", "B-person O B-person I-person O B-place", "B-person O B-person O O B-place");
  texts.add("Ann left", "B-person O", "B-place O");
  texts.add("it rained", "O O", "O I-person");
  const std::vector<SequenceMeasure> measures = measures_of_tags(texts.view(), few_resamples);
  CHECK(keys_of(measures) == std::vector<std::string>{"accuracy", "f1", "precision", "recall", "surface_f1"});
  CHECK(measure_named(measures, "accuracy").value == Approx(7.0 / 10));
  // Of four spans and five that were predicted, Ann and Rome agree.
  CHECK(measure_named(measures, "precision").value == Approx(2.0 / 5));
  CHECK(measure_named(measures, "recall").value == Approx(2.0 / 4));
  CHECK(measure_named(measures, "f1").value == Approx(4.0 / 9));
  // Names: Ann person, Bo Li person, Rome place; predicted: Ann person, Bo person, Rome place, Ann place, rained
  // person.
  CHECK(measure_named(measures, "surface_f1").value == Approx(2 * 2.0 / (3 + 5)));
  for (const SequenceMeasure& measure : measures) {
    CHECK(measure.share);
    CHECK(measure.more_is_better);
    CHECK_FALSE(measure.exponential);
  }
}

TEST_CASE("sequence scores: a name counts once in surface F1, however often it occurs") {
  TaggedTexts texts;
  for (int i = 0; i < 9; ++i) texts.add("Rome", "B-place", "B-place");
  texts.add("Ann", "B-person", "O");
  const std::vector<SequenceMeasure> measures = measures_of_tags(texts.view(), few_resamples);
  CHECK(measure_named(measures, "f1").value == Approx(2 * 9.0 / 19));
  CHECK(measure_named(measures, "surface_f1").value == Approx(2 * 1.0 / 3));
  CHECK_FALSE(measure_named(measures, "surface_f1").interval);
}

TEST_CASE("sequence scores: a name that is found where it is not does not count as right in surface F1") {
  TaggedTexts texts;
  texts.add("Ann left Ann", "B-person O O", "O O B-person");
  texts.add("Rome", "B-place", "B-place");
  CHECK(measure_named(measures_of_tags(texts.view(), few_resamples), "surface_f1").value == Approx(2 * 1.0 / 4));
}

TEST_CASE("sequence scores: measures of random tags are those of their definitions") {
  for (const std::uint32_t seed : {2U, 3U, 4U, 5U}) {
    CAPTURE(seed);
    const TaggedTexts texts = random_tagged_texts(seed, 40);
    const std::vector<SequenceMeasure> measures = measures_of_tags(texts.view(), few_resamples);
    double correct = 0, words = 0;
    for (std::size_t i = 0; i < texts.tags.size(); ++i)
      for (std::size_t k = 0; k < texts.tags[i].size(); ++k, ++words)
        correct += texts.tags[i][k] == texts.predicted[i][k];
    CHECK(measure_named(measures, "accuracy").value == Approx(correct / words));
    const auto wanted = placed_spans(texts.tags), found = placed_spans(texts.predicted);
    const double precision = shared_count(found, wanted) / static_cast<double>(found.size()),
                 recall = shared_count(wanted, found) / static_cast<double>(wanted.size());
    CHECK(measure_named(measures, "precision").value == Approx(precision));
    CHECK(measure_named(measures, "recall").value == Approx(recall));
    CHECK(measure_named(measures, "f1").value == Approx(2 * precision * recall / (precision + recall)));
    const auto names = surface_names(texts, texts.tags), found_names = surface_names(texts, texts.predicted),
               right_names = surface_names(texts, texts.tags, &texts.predicted);
    CHECK(measure_named(measures, "surface_f1").value ==
          Approx(2 * static_cast<double>(right_names.size()) / static_cast<double>(names.size() + found_names.size())));
  }
}

TEST_CASE("sequence scores: tags that are not of spans have accuracy alone") {
  TaggedTexts texts;
  texts.add("dogs bark", "NOUN VERB", "NOUN NOUN");
  CHECK(keys_of(measures_of_tags(texts.view(), few_resamples)) == std::vector<std::string>{"accuracy"});
  TaggedTexts outside;
  outside.add("it rained", "O O", "O B-x");
  CHECK(keys_of(measures_of_tags(outside.view(), few_resamples)) == std::vector<std::string>{"accuracy"});
  texts.add("Rome", "B-place", "B-place");
  CHECK(keys_of(measures_of_tags(texts.view(), few_resamples)) == std::vector<std::string>{"accuracy"});
}

TEST_CASE("sequence scores: where no span is predicted precision and F1 are 0") {
  TaggedTexts texts;
  texts.add("Rome shines", "B-place O", "O O");
  const std::vector<SequenceMeasure> measures = measures_of_tags(texts.view(), few_resamples);
  CHECK(keys_of(measures) == std::vector<std::string>{"accuracy", "f1", "precision", "recall", "surface_f1"});
  for (const std::string key : {"f1", "precision", "recall", "surface_f1"}) {
    CHECK(measure_named(measures, key).value == 0);
    CHECK_FALSE(measure_named(measures, key).interval);
  }
}

TEST_CASE("sequence scores: intervals are those of a bootstrap over the sentences") {
  const TaggedTexts texts = random_tagged_texts(6, 30);
  const std::vector<SequenceMeasure> measures = measures_of_tags(texts.view(), few_resamples);
  // Sentence by sentence, drawn again: F1 of all spans of the sentences drawn.
  const auto f1 = [&](std::span<const std::uint32_t> times) -> std::optional<double> {
    double common = 0, all = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
      const auto wanted = chunks_by_conlleval(texts.tags[i]), found = chunks_by_conlleval(texts.predicted[i]);
      common += times[i] * shared_count(wanted, found);
      all += times[i] * static_cast<double>(wanted.size() + found.size());
    }
    return all == 0 ? std::nullopt : std::optional(2 * common / all);
  };
  const auto expected = percentile_interval(bootstrap(texts.tags.size(), f1, few_resamples), few_resamples);
  const auto found = measure_named(measures, "f1").interval;
  REQUIRE(expected);
  REQUIRE(found);
  CHECK(found->low == Approx(expected->low));
  CHECK(found->high == Approx(expected->high));
  CHECK(found->low < measure_named(measures, "f1").value);
  CHECK(measure_named(measures, "f1").value < found->high);
}

TEST_CASE("sequence scores: where all resamples are alike there is no interval") {
  TaggedTexts texts;
  for (int i = 0; i < 5; ++i) texts.add("Rome shines", "B-place O", "B-place O");
  for (const SequenceMeasure& measure : measures_of_tags(texts.view(), few_resamples)) {
    CAPTURE(measure.key);
    CHECK(measure.value == 1);
    CHECK_FALSE(measure.interval);
  }
}

TEST_CASE("sequence scores: measures of classes are those of their definitions") {
  std::mt19937 random(7);
  for (const std::uint32_t classes : {2U, 3U, 7U}) {
    CAPTURE(classes);
    std::vector<std::uint32_t> labels, predicted;
    std::vector<double> losses;
    for (int i = 0; i < 50; ++i) {
      labels.push_back(static_cast<std::uint32_t>(random() % classes));
      predicted.push_back(random() % 2 == 0 ? labels.back() : static_cast<std::uint32_t>(random() % classes));
      losses.push_back(static_cast<double>(random() % 1000) / 250);
    }
    // More classes than occur change nothing.
    const std::vector<SequenceMeasure> measures =
        measures_of_classes(labels, predicted, losses, classes + 3, few_resamples);
    CHECK(keys_of(measures) == std::vector<std::string>{"accuracy", "macro_f1", "log_loss"});
    double correct = 0, loss = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) correct += labels[i] == predicted[i], loss += losses[i] / 50;
    CHECK(measures[0].value == Approx(correct / 50));
    CHECK(measures[1].value == Approx(plain_macro_f1(labels, predicted)));
    CHECK(measures[2].value == Approx(loss));
    CHECK_FALSE(measures[2].share);
    CHECK_FALSE(measures[2].more_is_better);
    for (const SequenceMeasure& measure : measures) {
      REQUIRE(measure.interval);
      CHECK(measure.interval->low < measure.value);
      CHECK(measure.value < measure.interval->high);
    }
  }
}

TEST_CASE("sequence scores: macro F1 by hand") {
  // Class 0: precision 1/2, recall 1; class 1: 1 and 1/2; class 2: predicted once, never right; class 3 is not there.
  const std::vector<std::uint32_t> labels = {0, 0, 1, 1, 1, 1}, predicted = {0, 0, 0, 0, 1, 2};
  const std::vector<double> losses(6, 1);
  const auto measures = measures_of_classes(labels, predicted, losses, 4, few_resamples);
  CHECK(measures[0].value == Approx(0.5));
  CHECK(measures[1].value == Approx((2.0 / 3 + 2 * 0.25 / 1.25 + 0) / 3));
  CHECK(measures[2].value == 1);
  CHECK_FALSE(measures[2].interval);
}

TEST_CASE("sequence scores: a ratio weighs each example as often as it was drawn") {
  const MeasureParts parts{{1, 2, 6}, {2, 4, 3}};
  const std::vector<std::uint32_t> once = {1, 1, 1}, drawn = {0, 3, 1}, none = {0, 0, 0};
  CHECK(ratio_of(parts, false, once).value() == Approx(1));
  CHECK(ratio_of(parts, false, drawn).value() == Approx(12.0 / 15));
  CHECK(ratio_of(parts, true, drawn).value() == Approx(std::exp(12.0 / 15)));
  CHECK_FALSE(ratio_of(parts, false, none));
  CHECK_FALSE(measure_of("empty", "empty", {{0, 0}, {0, 0}}, few_resamples));
}

TEST_CASE("sequence scores: perplexity is the exponential of a ratio, and so are the ends of its interval") {
  const MeasureParts parts{{3, 5, 4, 9, 2}, {2, 2, 4, 3, 2}};
  const auto plain = measure_of("bits", "bits", parts, few_resamples, false),
             exponential = measure_of("perplexity", "perplexity", parts, few_resamples, false, true);
  REQUIRE(plain);
  REQUIRE(exponential);
  CHECK(plain->value == Approx(23.0 / 13));
  CHECK(exponential->value == Approx(std::exp(23.0 / 13)));
  CHECK(exponential->exponential);
  CHECK_FALSE(exponential->more_is_better);
  CHECK(exponential->interval.value().low == Approx(std::exp(plain->interval.value().low)).epsilon(1e-3));
  CHECK(exponential->interval.value().high == Approx(std::exp(plain->interval.value().high)).epsilon(1e-3));
}
