#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direct_bias.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/debias/hard.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>
#include <set>

using namespace equivec;

namespace {

using Ids = std::vector<WordId>;
using Sets = std::vector<Ids>;

// Results are floats: a number of a unit vector is off by 2^-25 at most, a vector of d of them by sqrt(d) times that.
constexpr double tolerance = 1e-6;

Embeddings unit_vectors(std::size_t words, int dimension, std::uint64_t seed) {
  return normalized(random_embeddings(words, dimension, seed));
}

Sets pairs(std::size_t first, std::size_t count) {
  Sets result;
  for (std::size_t i = 0; i < count; ++i) result.push_back({word_id(first + 2 * i), word_id(first + 2 * i + 1)});
  return result;
}

std::vector<WordId> ids(std::size_t first, std::size_t end) {
  Ids result;
  for (std::size_t i = first; i < end; ++i) result.push_back(word_id(i));
  return result;
}

bool same_row(const Embeddings& a, const Embeddings& b, WordId id) {
  return std::equal(a[id].begin(), a[id].end(), b[id].begin());
}

/// The largest difference of two words' distances from the words in `others`.
double unevenness(const Embeddings& e, WordId a, WordId b, const Ids& others) {
  double worst = 0;
  for (const WordId other : others) {
    const Eigen::VectorXd v = exact_row(e, other);
    worst = std::max(worst, std::abs((exact_row(e, a) - v).norm() - (exact_row(e, b) - v).norm()));
  }
  return worst;
}

/// A subspace whose only direction is (1, 0, ...).
BiasSubspace first_axis(int dimension) {
  Matrix ends = Matrix::Zero(2, dimension);
  ends(0, 0) = 1;
  ends(1, 0) = -1;
  return BiasSubspace::from_sets(Embeddings(numbered_words(2), ends), pairs(0, 1));
}

BiasWordSets gender_sets() {
  BiasWordSets sets;
  sets.name = "test";
  sets.definitional = {{"she", "he"}, {"woman", "man"}};
  sets.equalize = {{"king", "queen"}, {"boy", "girl"}};
  sets.specific = {"beard"};
  sets.occupations = {"nurse", "judge"};
  return sets;
}

/// Random vectors, not of length 1, for some words.
Embeddings some_words(const std::vector<std::string>& words, int dimension = 12) {
  std::vector<Vocabulary::Entry> entries;
  for (const std::string& word : words) entries.push_back({word, 1});
  return Embeddings(Vocabulary(entries), random_matrix(words.size(), dimension, 77) * 3, {{"how", "by chance"}});
}

const std::vector<std::string> all_words = {"the",  "she", "he",    "woman", "man",   "king", "queen",
                                            "girl", "boy", "nurse", "judge", "beard", "tree"};

std::set<std::string> names(const Embeddings& e, const Ids& words) {
  std::set<std::string> result;
  for (const WordId id : words) result.emplace(e.vocabulary().word(id));
  return result;
}

Debiased hard(const Embeddings& embeddings, const BiasWordSets& sets) {
  return debias(debias_method("hard"), embeddings, sets);
}

}  // namespace

TEST_CASE("neutralize: neutral words keep length 1 and lose the subspace") {
  const int dimension = GENERATE(3, 20, 100);
  const int rank = GENERATE(1, 2);
  const Embeddings e = unit_vectors(400, dimension, 61);
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 5), rank);
  const Neutralized result = neutralize(e, subspace, ids(0, 10));
  CHECK(result.vanished.empty());
  double inside = 0, length = 0, moved = 0;
  for (const WordId id : ids(10, 400)) {
    const Eigen::VectorXd v = exact_row(result.embeddings, id);
    inside = std::max(inside, (subspace.basis() * v).norm());
    length = std::max(length, std::abs(v.norm() - 1));
    moved = std::max(moved, (v - subspace.outside(exact_row(e, id)).normalized()).norm());
  }
  CHECK(inside < tolerance);
  CHECK(length < tolerance);
  CHECK(moved < tolerance);
  bool kept = true;
  for (const WordId id : ids(0, 10)) kept = kept && same_row(result.embeddings, e, id);
  CHECK(kept);
}

TEST_CASE("neutralize: hand-worked example") {
  const Embeddings e = embeddings({{"w", {0.6F, 0.8F, 0}}, {"v", {-0.8F, 0, -0.6F}}});
  const Neutralized result = neutralize(e, first_axis(3));
  CHECK(row_of(result.embeddings, "w") == std::vector<float>{0, 1, 0});
  CHECK(row_of(result.embeddings, "v") == std::vector<float>{0, 0, -1});
}

TEST_CASE("neutralize: a word that lies in the subspace alone becomes zero and is reported") {
  const Embeddings axis = embeddings({{"a", {1, 0, 0}}, {"in", {-1, 0, 0}}, {"near", {1, 1e-3F, 0}}, {"w", {0, 1, 0}}});
  const Neutralized result = neutralize(normalized(axis), first_axis(3), Ids{word_id(0)});
  CHECK(result.vanished == Ids{word_id(1)});
  CHECK(row_of(result.embeddings, "in") == std::vector<float>{0, 0, 0});
  CHECK(row_of(result.embeddings, "near")[1] == Approx(1).epsilon(tolerance));

  // A direction that no float can hold: what is left of such a word is rounding and no meaning.
  const Embeddings skew = normalized(embeddings(
      {{"a", {0.3F, 0.1F, 0.7F}}, {"b", {-0.3F, -0.1F, -0.7F}}, {"in", {0.9F, 0.3F, 2.1F}}, {"w", {0, 1, 0}}}));
  const BiasSubspace subspace = BiasSubspace::from_sets(skew, pairs(0, 1));
  const Neutralized other = neutralize(skew, subspace, ids(0, 2));
  CHECK(other.vanished == Ids{word_id(2)});
  CHECK(row_of(other.embeddings, "in") == std::vector<float>{0, 0, 0});
}

TEST_CASE("neutralize: vectors given and their description stay as they are") {
  const Embeddings e = unit_vectors(50, 8, 62).with_metadata({{"seed", "62"}});
  const Matrix before = e.matrix();
  const Neutralized result = neutralize(e, BiasSubspace::from_sets(e, pairs(0, 3)));
  CHECK(e.matrix() == before);
  CHECK(result.embeddings.metadata() == e.metadata());
  CHECK(result.embeddings.vocabulary().size() == 50);
}

TEST_CASE("neutralize: a second time changes nothing") {
  const Embeddings e = unit_vectors(100, 10, 63);
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 4));
  const Embeddings once = neutralize(e, subspace).embeddings;
  const Embeddings twice = neutralize(once, subspace).embeddings;
  CHECK((once.matrix() - twice.matrix()).cwiseAbs().maxCoeff() < tolerance);
}

TEST_CASE("equalize: pairs lie evenly on both sides of every neutral word") {
  const int dimension = GENERATE(3, 20, 100);
  const Embeddings e = unit_vectors(300, dimension, 64);
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 5));
  const Embeddings neutral = neutralize(e, subspace, ids(0, 30)).embeddings;
  const Sets sets = pairs(10, 10);
  const Equalized result = equalize(neutral, subspace, sets);
  CHECK(result.sets == sets);
  CHECK(result.degenerate.empty());
  CHECK(result.clamped.empty());
  for (const Ids& set : sets) {
    const Eigen::VectorXd a = exact_row(result.embeddings, set[0]), b = exact_row(result.embeddings, set[1]);
    const Eigen::VectorXd g = subspace.basis().row(0).transpose();
    CHECK(a.norm() == Approx(1).epsilon(tolerance));
    CHECK(b.norm() == Approx(1).epsilon(tolerance));
    CHECK(a.dot(g) == Approx(-b.dot(g)).margin(tolerance));
    CHECK((subspace.outside(a) - subspace.outside(b)).norm() < tolerance);
    CHECK(unevenness(result.embeddings, set[0], set[1], ids(30, 300)) < tolerance);
    // Who was on the positive side still is.
    CHECK((a.dot(g) > b.dot(g)) == (exact_row(e, set[0]).dot(g) > exact_row(e, set[1]).dot(g)));
  }
  bool kept = true;
  for (const WordId id : ids(30, 300)) kept = kept && same_row(result.embeddings, neutral, id);
  CHECK(kept);
}

TEST_CASE("equalize: hand-worked example") {
  const Embeddings e = embeddings({{"she", {0.6F, 0.8F, 0}}, {"he", {-0.8F, 0, 0.6F}}, {"other", {1, 0, 0}}});
  const Equalized result = equalize(e, first_axis(3), pairs(0, 1));
  // nu is (0, 0.4, 0.3) with length 0.5.
  const float height = std::sqrt(0.75F);
  const auto she = row_of(result.embeddings, "she"), he = row_of(result.embeddings, "he");
  CHECK(she[0] == Approx(height).epsilon(tolerance));
  CHECK(he[0] == Approx(-height).epsilon(tolerance));
  for (const auto& word : {she, he}) {
    CHECK(word[1] == Approx(0.4).epsilon(tolerance));
    CHECK(word[2] == Approx(0.3).epsilon(tolerance));
  }
  CHECK(row_of(result.embeddings, "other") == std::vector<float>{1, 0, 0});
}

TEST_CASE("equalize: sets of three in two directions lie evenly too") {
  const Embeddings e = unit_vectors(200, 16, 65);
  const Sets sets = {{word_id(0), word_id(1), word_id(2)}, {word_id(3), word_id(4), word_id(5)}};
  const BiasSubspace subspace = BiasSubspace::from_sets(e, sets, 2);
  const Embeddings neutral = neutralize(e, subspace, ids(0, 6)).embeddings;
  const Equalized result = equalize(neutral, subspace, sets);
  CHECK(result.sets == sets);
  for (const Ids& set : sets) {
    const Eigen::VectorXd first = exact_row(result.embeddings, set[0]);
    for (const WordId id : set) {
      const Eigen::VectorXd v = exact_row(result.embeddings, id);
      CHECK(v.norm() == Approx(1).epsilon(tolerance));
      CHECK((subspace.outside(v) - subspace.outside(first)).norm() < tolerance);
      CHECK(subspace.inside(v).norm() == Approx(subspace.inside(first).norm()).epsilon(tolerance));
      CHECK(unevenness(result.embeddings, id, set[0], ids(6, 200)) < tolerance);
    }
  }
}

TEST_CASE("equalize: a set whose words do not differ in the subspace is reported and left alone") {
  const Embeddings e = embeddings({{"a", {0.6F, 0.8F, 0}},
                                   {"b", {0.6F, 0, 0.8F}},
                                   {"c", {-0.6F, 0, 0.8F}},
                                   {"d", {0, 0.6F, 0.8F}},
                                   {"e", {0, 1, 0}}});
  const Sets sets = {ids_of(e, {"a", "b"}), ids_of(e, {"d", "e"})};
  const Equalized result = equalize(e, first_axis(3), sets);
  CHECK(result.sets.empty());
  CHECK(result.degenerate == sets);
  CHECK(result.embeddings.matrix() == e.matrix());

  const Sets good = {ids_of(e, {"a", "c"})};
  CHECK(equalize(e, first_axis(3), good).sets == good);
}

TEST_CASE("equalize: a word in two sets is equalized in the first alone") {
  const Embeddings e = unit_vectors(20, 6, 66);
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(10, 5));
  const Ids first = {word_id(0), word_id(1)}, second = {word_id(1), word_id(2)}, third = {word_id(2), word_id(3)};
  const Equalized alone = equalize(e, subspace, Sets{first});
  const Equalized result = equalize(e, subspace, Sets{first, second, third});
  CHECK(result.sets == Sets{first, third});
  CHECK(result.degenerate == Sets{second});
  CHECK(same_row(result.embeddings, alone.embeddings, word_id(0)));
  CHECK(same_row(result.embeddings, alone.embeddings, word_id(1)));
}

TEST_CASE("equalize: vectors that are too long are reported and give no NaN") {
  const Embeddings e =
      embeddings({{"a", {1, 2, 0}}, {"b", {-1, 2, 1}}, {"c", {0.6F, 0.8F, 0}}, {"d", {-0.6F, 0.8F, 0}}});
  const Sets sets = {ids_of(e, {"a", "b"}), ids_of(e, {"c", "d"})};
  const Equalized result = equalize(e, first_axis(3), sets);
  CHECK(result.clamped == Sets{sets[0]});
  CHECK(result.embeddings.matrix().allFinite());
  CHECK(row_of(result.embeddings, "a") == std::vector<float>{0, 2, 0.5F});
  CHECK(row_of(result.embeddings, "b") == std::vector<float>{0, 2, 0.5F});
}

TEST_CASE("equalize: nothing to do leaves everything with its description") {
  const Embeddings e = unit_vectors(10, 5, 67).with_metadata({{"seed", "67"}});
  const Equalized result = equalize(e, BiasSubspace::from_sets(e, pairs(0, 2)), {});
  CHECK(same_bits(result.embeddings, e));
  CHECK(result.embeddings.metadata() == e.metadata());
  CHECK(result.sets.empty());
}

TEST_CASE("words kept: they are the words of the sets in the case forms that are there") {
  std::vector<std::string> words = all_words;
  words.insert(words.end(), {"KING", "She", "Beard", "tREE", "Nurse"});
  const Embeddings e = some_words(words);
  const Ids kept = words_kept(e.vocabulary(), gender_sets());
  CHECK(std::is_sorted(kept.begin(), kept.end()));
  CHECK(names(e, kept) ==
        std::set<std::string>{"she", "he", "woman", "man", "king", "queen", "boy", "girl", "beard", "KING", "She"});
  CHECK(kept.size() == 11);
}

TEST_CASE("words kept: each word of a vocabulary is kept or neutralized and not both") {
  const Embeddings e = some_words(all_words);
  const Ids kept = words_kept(e.vocabulary(), gender_sets()),
            neutralized = words_neutralized(e.vocabulary(), gender_sets());
  CHECK(std::is_sorted(neutralized.begin(), neutralized.end()));
  CHECK(names(e, neutralized) == std::set<std::string>{"the", "nurse", "judge", "tree"});
  Ids all = kept;
  all.insert(all.end(), neutralized.begin(), neutralized.end());
  std::sort(all.begin(), all.end());
  CHECK(all == ids(0, e.size()));
  CHECK(words_kept(e.vocabulary(), BiasWordSets{}).empty());
  CHECK(words_neutralized(Vocabulary(), gender_sets()).empty());
}

TEST_CASE("hard debias: it is normalizing and neutralizing and equalizing") {
  const Embeddings e = some_words(all_words);
  const Debiased result = hard(e, gender_sets());

  const Embeddings unit = normalized(e);
  const BiasSubspace subspace =
      BiasSubspace::from_sets(unit, Sets{ids_of(e, {"she", "he"}), ids_of(e, {"woman", "man"})});
  const Ids keep = ids_of(e, {"she", "he", "woman", "man", "king", "queen", "boy", "girl", "beard"});
  const Sets sets = {ids_of(e, {"king", "queen"}), ids_of(e, {"boy", "girl"})};
  const Equalized expected = equalize(neutralize(unit, subspace, keep).embeddings, subspace, sets);

  // Rounding to float between the stages is all that may differ.
  CHECK((result.embeddings.matrix() - expected.embeddings.matrix()).cwiseAbs().maxCoeff() < tolerance);
  CHECK((result.direction.subspace.basis() - subspace.basis()).norm() < tolerance);
  CHECK(result.equalized == sets);
  CHECK(result.degenerate.empty());
  CHECK(result.vanished.empty());
  CHECK(result.missing.empty());
  CHECK(names(e, result.neutralized) == std::set<std::string>{"the", "nurse", "judge", "tree"});
  Metadata described = e.metadata();
  described["debiased"] = result.embeddings.metadata().at("debiased");
  CHECK(result.embeddings.metadata() == described);
}

TEST_CASE("hard debias: specific and definitional words keep their directions") {
  const Embeddings e = some_words(all_words);
  const Debiased result = hard(e, gender_sets());
  for (const char* const word : {"beard", "she", "he", "woman", "man"}) {
    const Eigen::VectorXd expected = exact_row(e, id_of(e, word)).normalized();
    CHECK((exact_row(result.embeddings, id_of(e, word)) - expected).norm() < tolerance);
  }
}

TEST_CASE("hard debias: every neutral word is as near to one of a pair as to the other") {
  const Embeddings e = some_words(all_words);
  const Debiased result = hard(e, gender_sets());
  const Ids neutral = ids_of(e, {"the", "nurse", "judge", "tree"});
  for (const auto& [a, b] : {std::pair("king", "queen"), std::pair("boy", "girl")})
    CHECK(unevenness(result.embeddings, id_of(e, a), id_of(e, b), neutral) < tolerance);
  for (const WordId id : neutral)
    CHECK((result.direction.subspace.basis() * exact_row(result.embeddings, id)).norm() < tolerance);
}

TEST_CASE("hard debias: the case forms that a vocabulary has are equalized too") {
  std::vector<std::string> words = all_words;
  words.insert(words.end(), {"King", "Queen", "KING", "Boy"});
  const Embeddings e = some_words(words);
  const Debiased result = hard(e, gender_sets());
  CHECK(result.equalized ==
        Sets{ids_of(e, {"king", "queen"}), ids_of(e, {"King", "Queen"}), ids_of(e, {"boy", "girl"})});
  CHECK(result.degenerate.empty());
  // A form whose partner is not there is kept and left alone.
  CHECK(names(e, result.neutralized) == std::set<std::string>{"the", "nurse", "judge", "tree"});
  CHECK((exact_row(result.embeddings, id_of(e, "KING")) - exact_row(e, id_of(e, "KING")).normalized()).norm() <
        tolerance);
}

TEST_CASE("hard debias: case forms that are not in the vocabulary do not matter") {
  const Embeddings e = some_words(all_words);
  const Debiased result = hard(e, gender_sets());
  CHECK(result.equalized.size() == 2);
  CHECK(result.degenerate.empty());
  CHECK(result.missing.empty());
}

TEST_CASE("hard debias: words of the sets that are not there are reported once") {
  std::vector<std::string> words = all_words;
  std::erase_if(words, [](const std::string& word) { return word == "man" || word == "queen" || word == "beard"; });
  const Embeddings e = some_words(words);
  const Debiased result = hard(e, gender_sets());
  CHECK(std::count(result.missing.begin(), result.missing.end(), "man") == 1);
  CHECK(std::count(result.missing.begin(), result.missing.end(), "queen") == 1);
  CHECK(std::count(result.missing.begin(), result.missing.end(), "beard") == 1);
  CHECK(result.missing.size() == 3);
  CHECK(result.equalized == Sets{ids_of(e, {"boy", "girl"})});
}

TEST_CASE("hard debias: words without length stay as they are") {
  Matrix vectors = some_words(all_words).matrix();
  vectors.row(0).setZero();
  const Embeddings e(some_words(all_words).vocabulary(), vectors);
  const Debiased result = hard(e, gender_sets());
  CHECK(result.embeddings.matrix().allFinite());
  CHECK(result.embeddings.matrix().row(0).isZero(0));
}

TEST_CASE("hard debias: without definitional words it is an error") {
  const Embeddings e = some_words({"the", "tree", "she", "man"});
  CHECK_THROWS_AS(hard(e, gender_sets()), Error);
}

TEST_CASE("hard debias: the built-in sets leave a vocabulary of their words finite") {
  const BiasWordSets sets = read_word_sets("gender");
  std::set<std::string> words(sets.specific.begin(), sets.specific.end());
  words.insert(sets.occupations.begin(), sets.occupations.end());
  for (const auto& list : {sets.definitional, sets.equalize})
    for (const WordSet& set : list) words.insert(set.begin(), set.end());
  const Embeddings e = some_words({words.begin(), words.end()}, 20);
  const Debiased result = hard(e, sets);
  CHECK(result.embeddings.matrix().allFinite());
  CHECK(result.missing.empty());
  CHECK(result.equalized.size() + result.degenerate.size() >= sets.equalize.size());
  const Ids occupations = resolve(e.vocabulary(), sets.occupations).words;
  CHECK(direct_bias(result.embeddings, result.direction.subspace, occupations).value <
        direct_bias(e, result.direction.subspace, occupations).value);
}

TEST_CASE("equalize: three words in one direction would become the same so they are left alone and reported") {
  const Embeddings e =
      normalized(embeddings({{"a", {1, 0.2F, 0}}, {"b", {-1, 0.3F, 0}}, {"c", {0.1F, 1, 1}}, {"d", {0.5F, 0, 1}}}));
  const std::vector<std::vector<WordId>> pair = {{word_id(0), word_id(1)}};
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pair);
  const std::vector<std::vector<WordId>> sets = {{word_id(0), word_id(1), word_id(2)}};
  const Equalized result = equalize(e, subspace, sets);
  CHECK(result.sets.empty());
  CHECK(result.degenerate == sets);
  CHECK(result.embeddings.matrix() == e.matrix());
}
