#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/bias/direct_bias.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/ect.hpp"
#include "equivec/bias/indirect_bias.hpp"
#include "equivec/bias/mac.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/ripa.hpp"
#include "equivec/bias/rnd.hpp"
#include "equivec/bias/rnsb.hpp"
#include "equivec/bias/weat.hpp"
#include "equivec/bias/wefat.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

using namespace equivec;

namespace {

/// 60 female and 59 male words along the first dimension, some occupations between them, two definitional pairs, and
/// other words. All in lower case, so that the vocabulary is not cased.
Embeddings some_vectors(std::uint64_t seed = 71) {
  Rows rows;
  const Matrix noise = random_matrix(200, 8, seed);
  const auto add = [&](const std::string& word, float gender, float topic) {
    const auto row = static_cast<Eigen::Index>(rows.size());
    std::vector<float> numbers(noise.row(row).begin(), noise.row(row).end());
    numbers[0] = gender;
    numbers[1] += topic;
    rows.emplace_back(word, numbers);
  };
  for (const char* word : {"she", "woman", "queen"}) add(word, 1, 0);
  for (const char* word : {"he", "man", "king"}) add(word, -1, 0);
  const auto letters = [](int i) {
    return std::string{static_cast<char>('a' + i / 26), static_cast<char>('a' + i % 26)};
  };
  for (int i = 0; i < 60; ++i) {
    add("f" + letters(i), 0.3F + 0.01F * static_cast<float>(i), 1);
    if (i != 13) add("m" + letters(i), -0.3F - 0.01F * static_cast<float>(i), 1);  // 13 would be "man"
  }
  for (int i = 0; i < 12; ++i) add("job" + letters(i), 0.08F * static_cast<float>(i - 6), 2);
  add("nothing", 0, 0);
  std::ranges::fill(rows.back().second, 0.0F);
  add("endless", 0, 0);
  rows.back().second[2] = std::numeric_limits<float>::infinity();
  return embeddings(rows);
}

BiasQuery query(const std::string& name, std::vector<WordSet> targets, std::vector<WordSet> attributes) {
  BiasQuery result;
  result.name = name;
  for (std::size_t i = 0; i < targets.size(); ++i) result.target_names.push_back("target" + std::to_string(i));
  for (std::size_t i = 0; i < attributes.size(); ++i) result.attribute_names.push_back("attribute" + std::to_string(i));
  result.targets = std::move(targets);
  result.attributes = std::move(attributes);
  return result;
}

BiasWordSets some_sets() {
  BiasWordSets sets;
  sets.name = "mine";
  sets.definitional = {{"she", "he"}, {"woman", "man"}};
  sets.specific = {"queen", "king"};
  sets.occupations = {"jobaa", "jobab", "jobac", "jobad", "jobae", "jobaf",
                      "jobag", "jobah", "jobai", "jobaj", "jobxx"};
  sets.queries = {
      query("two-two", {{"faa", "fab", "fac"}, {"maa", "mab", "mac"}}, {{"she", "woman"}, {"he", "man"}}),
      query("two-one", {{"she", "woman"}, {"he", "man"}}, {{"jobaa", "jobad", "jobag", "jobaj"}}),
      query("one-two", {{"jobaa", "jobad", "jobag", "jobaj"}}, {{"she", "woman"}, {"he", "man"}}),
      query("one-one", {{"jobaa"}}, {{"jobab", "jobac", "jobxx"}}),
  };
  sets.shares = {
      {"female", {2000, 2010}, {{"jobaa", {10, 20}}, {"jobad", {20, {}}}, {"jobag", {70, 60}}, {"jobaj", {90, 80}}}}};
  BiasQuery with_shares = sets.queries[1];
  with_shares.name = "shares";
  with_shares.shares = "female";
  sets.queries.push_back(with_shares);
  sets.choices = {{"choices",
                   {{{"king", "queen"}, {"jobaa", "jobaj"}, {{"maa", "mab"}, {"faa", "fab"}}},
                    {{"king", "queens"}, {"jobaa", "jobaj"}, {{"maa", "mab"}}}}}};
  return sets;
}

BiasMeasureOptions quick() {
  BiasMeasureOptions options;
  options.resamples = 200;
  options.biased_words = 20;
  options.neighbors = 10;
  options.analogies = 5;
  return options;
}

BiasMeasurement measured(const std::string& name, const BiasWordSets& sets, const std::string& query,
                         const BiasMeasureOptions& options = quick(), const Embeddings* reference = nullptr) {
  return measure(bias_measure(name), some_vectors(), sets, query, options, reference);
}

std::optional<double> figure(const BiasMeasurement& result, const std::string& name) {
  const auto found = std::ranges::find(result.figures, name, &BiasMeasurement::Figure::name);
  if (found == result.figures.end()) throw std::out_of_range("no figure " + name);
  return found->value;
}

}  // namespace

TEST_CASE("bias measures: each has its own name and a complete description") {
  std::set<std::string_view> names;
  for (const BiasMeasure& measure : bias_measures()) {
    CAPTURE(measure.name);
    CHECK(names.insert(measure.name).second);
    for (const std::string_view text : {measure.title, measure.paper, measure.takes, measure.range, measure.better})
      CHECK_FALSE(text.empty());
    CHECK(measure.paper.find_first_of("12") != measure.paper.npos);  // a year
    CHECK(&bias_measure(measure.name) == &measure);
    // The default sets exist and contain what the measure needs.
    const BiasWordSets sets = read_word_sets(std::string(measure.default_sets));
    CHECK_FALSE(measure.queries(sets, measure.name).empty());
  }
  CHECK(names.size() == 15);
}

TEST_CASE("bias measures: each gives a finite value, with how it was computed") {
  const BiasWordSets sets = some_sets();
  for (const BiasMeasure& measure : bias_measures()) {
    const auto queries = measure.queries(sets, measure.name);
    REQUIRE_FALSE(queries.empty());
    for (const std::string& name : queries) {
      CAPTURE(measure.name, name);
      const BiasMeasurement result = measured(std::string(measure.name), sets, name);
      REQUIRE(result.value);
      CHECK(std::isfinite(*result.value));
      CHECK(std::isfinite(*bias_size(measure, result)));
      CHECK(result.measure == measure.name);
      CHECK(result.query == name);
      CHECK_FALSE(result.conventions.empty());
      for (const auto& row : result.rows) {
        CHECK(row.numbers.size() == result.columns.size());
        for (const auto& number : row.numbers)
          if (number) CHECK(std::isfinite(*number));
      }
      if (result.interval) CHECK(result.interval->low <= result.interval->high);
    }
  }
}

TEST_CASE("bias measures: threads change nothing, seeds only what is drawn") {
  const BiasWordSets sets = some_sets();
  for (const BiasMeasure& measure : bias_measures()) {
    CAPTURE(measure.name);
    const std::string name = measure.queries(sets, measure.name).front();
    BiasMeasureOptions options = quick();
    options.threads = 1;
    const BiasMeasurement one = measured(std::string(measure.name), sets, name, options);
    for (const int threads : {2, 5}) {
      options.threads = threads;
      const BiasMeasurement more = measured(std::string(measure.name), sets, name, options);
      CHECK(more.value == one.value);
      CHECK(more.interval == one.interval);
      CHECK(more.p_value == one.p_value);
      REQUIRE(more.figures.size() == one.figures.size());
      for (std::size_t i = 0; i < one.figures.size(); ++i) {
        CHECK(more.figures[i].value == one.figures[i].value);
        CHECK(more.figures[i].interval == one.figures[i].interval);
      }
    }
  }
  BiasMeasureOptions other = quick();
  other.seed = 2;
  CHECK(measured("direct-bias", sets, "mine: occupations", other).value ==
        measured("direct-bias", sets, "mine: occupations").value);
  CHECK_FALSE(measured("direct-bias", sets, "mine: occupations", other).interval ==
              measured("direct-bias", sets, "mine: occupations").interval);
}

TEST_CASE("bias measures: they give the numbers of the functions that they call") {
  const Embeddings e = some_vectors();
  const BiasWordSets sets = some_sets();
  const AssociationQuery two_two = {{ids_of(e, {"faa", "fab", "fac"}), ids_of(e, {"maa", "mab", "mac"})},
                                    {ids_of(e, {"she", "woman"}), ids_of(e, {"he", "man"})}};
  const AssociationQuery two_one = {two_two.attributes, {ids_of(e, {"jobaa", "jobad", "jobag", "jobaj"})}};
  const WeatResult expected = weat(e, two_two);
  const BiasMeasurement found = measured("weat", sets, "two-two");
  CHECK(found.value == expected.statistic);
  CHECK(found.effect_size == expected.effect_size);
  CHECK(found.p_value == expected.test.p_value);
  CHECK(found.words == 10);
  REQUIRE(found.rows.size() == 6);
  CHECK(found.rows[4].words == std::vector<std::string>{"mab"});
  CHECK(found.rows[4].numbers[0] == expected.associations[1][1]);
  BiasMeasureOptions population = quick();
  population.deviation = Deviation::population;
  CHECK(*measured("weat", sets, "two-two", population).effect_size ==
        Approx(*expected.effect_size * std::sqrt(6.0 / 5)).epsilon(1e-12));
  BiasMeasureOptions drawn = quick();
  drawn.exact = false;
  drawn.draws = 999;
  CHECK(*measured("weat", sets, "two-two", drawn).p_value == Approx(0.05).margin(0.03));
  CHECK(figure(measured("weat", sets, "two-two", drawn), "p_value") ==
        measured("weat", sets, "two-two", drawn).p_value);

  CHECK(measured("rnd", sets, "two-one").value == relative_norm_distance(e, two_one).mean);
  CHECK(figure(measured("rnd", sets, "two-one"), "sum") == relative_norm_distance(e, two_one).sum);
  CHECK(measured("ect", sets, "two-one").value == embedding_coherence(e, two_one).correlation);
  CHECK(measured("ripa", sets, "two-one").value == relational_association(e, two_one).mean);
  CHECK(measured("mac", sets, "two-two").value == mean_average_cosine(e, two_two).value);
  CHECK(measured("rnsb", sets, "two-two").value == negative_sentiment(e, two_two, {.resamples = 0}).divergence);
  const auto scores = wefat(e, {two_one.attributes, two_one.targets});
  CHECK(*measured("wefat", sets, "one-two").value ==
        Approx((*scores[0] + *scores[1] + *scores[2] + *scores[3]) / 4).epsilon(1e-12));

  const BiasSubspace subspace = find_direction(e, sets).subspace;
  const auto jobs =
      ids_of(e, {"jobaa", "jobab", "jobac", "jobad", "jobae", "jobaf", "jobag", "jobah", "jobai", "jobaj"});
  CHECK(measured("direct-bias", sets, "mine: occupations").value == direct_bias(e, subspace, jobs).value);
  const BiasMeasurement indirect = measured("indirect-bias", sets, "one-one");
  CHECK(*indirect.value ==
        Approx((*indirect_bias(e, subspace, jobs[0], jobs[1]) + *indirect_bias(e, subspace, jobs[0], jobs[2])) / 2)
            .epsilon(1e-12));
  CHECK(indirect.missing == WordSet{"jobxx"});
}

TEST_CASE("bias measures: shares are correlated with those of the year") {
  const BiasWordSets sets = some_sets();
  const BiasMeasurement last = measured("occupation-shares", sets, "shares");
  CHECK(last.words == 3);  // the share of jobad is unknown
  CHECK(last.rows.front().numbers[1] == 20.0);
  BiasMeasureOptions options = quick();
  options.year = 2000;
  const BiasMeasurement first = measured("occupation-shares", sets, "shares", options);
  CHECK(first.words == 4);
  CHECK(*first.value > 0.8);  // as they were made
  std::vector<double> associations, percents;
  for (const auto& row : first.rows) {
    associations.push_back(*row.numbers[0]);
    percents.push_back(*row.numbers[1]);
  }
  CHECK(percents == std::vector<double>{10, 20, 70, 90});
  CHECK(first.value == pearson(associations, percents));
  options.year = 1999;
  CHECK_THAT(error_of([&] { measured("occupation-shares", sets, "shares", options); }),
             ContainsSubstring("no year 1999; they have 2000, 2010"));
}

TEST_CASE("bias measures: choices with a missing word are left out and counted") {
  const BiasMeasurement result = measured("sembias", some_sets(), "choices");
  CHECK(figure(result, "definition") == 1.0);
  CHECK(result.value == 0.0);
  CHECK(result.counts == std::vector<std::pair<std::string, std::size_t>>{{"questions", 1}, {"questions_left_out", 1}});
  CHECK(result.missing == WordSet{"queens"});
}

TEST_CASE("bias measures: the most biased words are those of the reference") {
  // Other vectors of the same words in another order, without the first dimension.
  const Embeddings before = some_vectors();
  std::vector<WordId> order;
  for (std::size_t i = before.size(); i-- > 0;) order.push_back(word_id(i));
  const Embeddings turned = selected(before, order);
  Matrix without = turned.matrix();
  without.col(0).setZero();
  const Embeddings after(turned.vocabulary(), without);
  const BiasWordSets sets = some_sets();
  const auto value = [&](const char* name, const Embeddings& e, const Embeddings* reference) {
    return *measure(bias_measure(name), e, sets, bias_measure(name).queries(sets, name).front(), quick(), reference)
                .value;
  };
  CHECK(value("cluster-bias", before, nullptr) > 0.9);
  CHECK(value("cluster-bias", turned, &before) == Approx(value("cluster-bias", before, nullptr)).margin(1e-9));
  CHECK(value("cluster-bias", after, &before) < 0.8);
  CHECK(value("classification-bias", before, nullptr) > 0.9);
  CHECK(value("classification-bias", after, &before) < 0.8);
  CHECK(value("neighbor-bias", before, nullptr) > 0.5);
  CHECK(value("neighbor-bias", turned, &before) == Approx(value("neighbor-bias", before, nullptr)).margin(1e-6));
  CHECK(std::abs(value("neighbor-bias", after, &before)) < value("neighbor-bias", before, nullptr));
}

TEST_CASE("bias measures: generated analogies of words of that meaning are distinguished from others") {
  const BiasMeasurement result = measured("biased-analogies", some_sets(), "mine");
  REQUIRE(result.rows.size() == 5);
  double others = 0;
  for (const auto& row : result.rows) {
    const auto meant = [](const std::string& word) {
      const WordSet by_meaning = {"she", "he", "woman", "man", "queen", "king"};
      return std::ranges::find(by_meaning, word) != by_meaning.end();
    };
    CHECK((row.numbers[1] == 1.0) == (meant(row.words[0]) && meant(row.words[1])));
    others += row.numbers[1] == 0.0;
  }
  CHECK(*result.value == others / 5);
}

TEST_CASE("bias measures: words left out are reported, and only an uncased vocabulary is searched in lower case") {
  BiasWordSets sets = some_sets();
  sets.queries = {
      query("q", {{"FAA", "fab", "gone"}, {"maa", "nothing"}}, {{"she", "She", "endless"}, {"he", "gone"}})};
  const BiasMeasurement result = measured("weat", sets, "q");
  CHECK(result.words == 5);  // faa fab maa she he
  CHECK(result.missing == WordSet{"gone"});
  CHECK(result.without_direction == WordSet{"nothing", "endless"});

  Rows rows;
  const Embeddings small = some_vectors();
  for (std::size_t i = 0; i < small.size(); ++i) {
    const auto row = small[word_id(i)];
    rows.emplace_back((i % 3 == 0 ? "X" : "") + std::string(small.vocabulary().word(word_id(i))),
                      std::vector<float>(row.begin(), row.end()));
  }
  CHECK_FALSE(is_cased(small.vocabulary()));
  CHECK(is_cased(embeddings(rows).vocabulary()));
  sets.queries = {query("q", {{"FAC", "fac", "Xfab", "fab"}}, {{"woman", "Xshe"}, {"man", "Xhe"}})};
  const auto cased = measure(bias_measure("mac"), embeddings(rows), sets, "q", quick());
  CHECK(std::ranges::find(cased.missing, "FAC") != cased.missing.end());
}

TEST_CASE("bias measures: what cannot be measured is an error that names what is wrong") {
  const BiasWordSets sets = some_sets();
  CHECK(option_error_of([] {
          bias_measure("waet");
        }).find("there is no measure 'waet'; did you mean 'weat'? Known are weat, wefat") == 0);
  CHECK_THAT(option_error_of([] { bias_measure("waet"); }), ContainsSubstring("did you mean 'weat'?"));
  CHECK_THAT(option_error_of([] { bias_measure("everything"); }), !ContainsSubstring("did you mean"));
  CHECK_THAT(error_of([&] { measured("weat", sets, "one-two"); }),
             ContainsSubstring("weat takes 2 lists of targets, 2 of attributes") && ContainsSubstring("'one-two'"));
  CHECK_THAT(error_of([&] { measured("cluster-bias", sets, "two-two"); }), ContainsSubstring("no such query"));

  BiasWordSets broken = sets;
  broken.queries = {query("q", {{"gone"}, {"maa"}}, {{"she"}, {"he"}})};
  CHECK_THAT(error_of([&] { measured("weat", broken, "q"); }), ContainsSubstring("'target0'"));
  broken.queries = {query("q", {{"nothing"}, {"maa"}}, {{"she"}, {"he"}})};
  CHECK_THAT(error_of([&] { measured("weat", broken, "q"); }), ContainsSubstring("'target0'"));
  broken.queries = {query("q", {{"faa", "fab"}, {"maa", "fab"}}, {{"she"}, {"he"}})};
  CHECK(error_of([&] { measured("weat", broken, "q"); }) == "'fab' is in target list 1 and in target list 2");
  broken.queries = {query("q", {{"she", "gone"}, {"gone", "he"}}, {{"jobaa"}})};
  CHECK_THAT(error_of([&] { measured("ripa", broken, "q"); }), ContainsSubstring("no pair of"));
  broken.occupations = {"gone"};
  CHECK_THAT(error_of([&] { measured("direct-bias", broken, "mine: occupations"); }), ContainsSubstring("occupations"));

  BiasMeasureOptions options = quick();
  options.biased_words = 1000;
  CHECK_THAT(error_of([&] { measured("cluster-bias", sets, "mine", options); }), ContainsSubstring("take more words"));
  options = quick();
  options.direction.rank = 2;
  CHECK_THAT(option_error_of([&] { measured("cluster-bias", sets, "mine", options); }),
             ContainsSubstring("takes one direction"));
  options = quick();
  options.strictness = -1;
  CHECK_THROWS_AS(measured("direct-bias", sets, "mine: occupations", options), OptionError);
  options = quick();
  options.resamples = 0;
  CHECK_THROWS_AS(measured("mac", sets, "two-two", options), OptionError);
  for (int BiasMeasureOptions::*const field : {&BiasMeasureOptions::neighbors, &BiasMeasureOptions::repeats,
                                               &BiasMeasureOptions::analogies, &BiasMeasureOptions::draws}) {
    options = quick();
    options.*field = 0;
    CHECK_THROWS_AS(validate(options), OptionError);
  }
}

TEST_CASE("bias measures: the size of bias is that of the effect or of the value, and empty without a value") {
  BiasMeasurement none;
  CHECK_FALSE(bias_size(bias_measure("mac"), none));
  none.value = 0.8;
  CHECK(*bias_size(bias_measure("mac"), none) == Approx(0.2));
  CHECK(*bias_size(bias_measure("rnd"), none) == 0.8);
  none.effect_size = -1.5;
  CHECK(*bias_size(bias_measure("weat"), none) == 1.5);
}
