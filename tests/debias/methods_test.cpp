#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/hard.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

using namespace equivec;

namespace {

/// 300 words in small letters along a direction that two pairs show, and some that are meant by it.
Embeddings some_vectors(std::uint64_t seed = 81) {
  constexpr int dimension = 12;
  const Matrix noise = random_matrix(400, dimension, seed);
  Rows rows;
  const auto add = [&](const std::string& word, float bias) {
    const auto row = noise.row(static_cast<Eigen::Index>(rows.size()));
    std::vector<float> numbers(row.begin(), row.end());
    numbers[0] += bias;
    rows.emplace_back(word, numbers);
  };
  for (const char* word : {"she", "woman", "queen", "aunt"}) add(word, 1.5F);
  for (const char* word : {"he", "man", "king", "uncle"}) add(word, -1.5F);
  for (int i = 0; i < 300; ++i)
    add({'x', static_cast<char>('a' + i / 26), static_cast<char>('a' + i % 26)}, i % 2 == 0 ? 0.4F : -0.4F);
  add("nothing", 0);
  std::ranges::fill(rows.back().second, 0.0F);
  return embeddings(rows);
}

BiasWordSets some_sets() {
  BiasWordSets sets;
  sets.name = "mine";
  sets.definitional = {{"she", "he"}, {"woman", "man"}};
  sets.equalize = {{"aunt", "uncle"}, {"gone", "king"}};
  sets.specific = {"queen", "king", "lost"};
  sets.occupations = {"xaa", "xab", "xac", "xad", "xae", "xaf", "xag", "xah"};
  return sets;
}

DebiasOptions quick(int threads = 0) {
  DebiasOptions options;
  options.threads = threads;
  return options;
}

}  // namespace

TEST_CASE("debias methods: each has a name of its own and tells what there is to tell") {
  std::set<std::string_view> names;
  for (const DebiasMethod& method : debias_methods()) {
    CAPTURE(method.name);
    CHECK(names.insert(method.name).second);
    for (const std::string_view text : {method.title, method.paper, method.takes, method.changes})
      CHECK_FALSE(text.empty());
    CHECK(method.paper.find("20") != method.paper.npos);  // a year
    CHECK(&debias_method(method.name) == &method);
  }
  CHECK(option_error_of([] { debias_method("hrad"); }).find("there is no method 'hrad'; did you mean 'hard'?") == 0);
}

TEST_CASE("debias methods: each proves its promises, keeps words and zeros, and leaves no number that is none") {
  const Embeddings before = some_vectors();
  const BiasWordSets sets = some_sets();
  for (const DebiasMethod& method : debias_methods()) {
    CAPTURE(method.name);
    const Debiased after = debias(method, before, sets, quick());
    CHECK_FALSE(after.conditions.empty());
    for (const PostCondition& condition : after.conditions) {
      CAPTURE(condition.promise, condition.worst, condition.bound);
      CHECK(condition.holds());
      CHECK(std::isfinite(condition.worst));
      CHECK_FALSE(condition.promise.empty());
    }
    REQUIRE(after.embeddings.size() == before.size());
    CHECK(after.embeddings.matrix().allFinite());
    CHECK(after.embeddings.vocabulary().word(word_id(7)) == before.vocabulary().word(word_id(7)));
    for (const float number : after.embeddings[id_of(before, "nothing")]) CHECK(number == 0);
    CHECK_FALSE(same_bits(after.embeddings, normalized(before)));
    CHECK_FALSE(after.choices.empty());
    CHECK(std::ranges::is_sorted(after.neutralized));
  }
}

TEST_CASE("debias methods: progress begins anew with each") {
  const Embeddings before = some_vectors();
  for (const DebiasMethod& method : debias_methods()) {
    CAPTURE(method.name);
    Progress progress;
    start(&progress, 1000000);  // of the work before, such as reading
    progress.done = 1000000;
    debias(method, before, some_sets(), quick(), &progress);
    CHECK(progress.total < 1000000);
    CHECK(progress.done <= progress.total);
  }
}

TEST_CASE("debias methods: threads change no bit") {
  const Embeddings before = some_vectors();
  for (const DebiasMethod& method : debias_methods()) {
    CAPTURE(method.name);
    const Debiased one = debias(method, before, some_sets(), quick(1));
    for (const int threads : {2, 5})
      CHECK(same_bits(debias(method, before, some_sets(), quick(threads)).embeddings, one.embeddings));
  }
}

TEST_CASE("debias methods: hard is both steps, and multiclass-hard of pairs is hard") {
  const Embeddings before = some_vectors();
  const BiasWordSets sets = some_sets();
  const Debiased hard = debias(debias_method("hard"), before, sets, quick());
  const BiasSubspace& subspace = hard.direction.subspace;
  const Embeddings neutral = neutralize(normalized(before), subspace, words_kept(before.vocabulary(), sets)).embeddings;
  CHECK(same_bits(hard.embeddings, equalize(neutral, subspace, hard.equalized).embeddings));
  CHECK(hard.missing == WordSet{"gone", "lost"});
  CHECK(hard.equalized.size() == 1);
  CHECK(same_bits(debias(debias_method("multiclass-hard"), before, sets, quick()).embeddings, hard.embeddings));
  BiasWordSets triples = sets;
  triples.definitional = {{"she", "he", "xaa"}, {"woman", "man", "xab"}};
  CHECK(debias(debias_method("multiclass-hard"), before, triples, quick()).direction.subspace.rank() == 2);
  CHECK(debias(debias_method("hard"), before, triples, quick()).direction.subspace.rank() == 1);
}

TEST_CASE("debias methods: what was done is added to the metadata") {
  const Embeddings before = some_vectors().with_metadata({{"tool", "word2vec"}});
  DebiasOptions options = quick();
  const Debiased once = debias(debias_method("linear-projection"), before, some_sets(), options);
  CHECK(once.embeddings.metadata().at("tool") == "word2vec");
  const std::string first = once.embeddings.metadata().at("debiased");
  CHECK_THAT(first, Catch::Matchers::StartsWith("equivec ") &&
                        Catch::Matchers::EndsWith(" debias --method linear-projection --sets mine, direction pca"));
  CHECK_FALSE(before.metadata().contains("debiased"));
  options.sets_name = "sets/mine.json";
  options.half_sibling.alpha = 7.5;
  const Debiased twice = debias(debias_method("half-sibling"), once.embeddings, some_sets(), options);
  CHECK_THAT(twice.embeddings.metadata().at("debiased"),
             Catch::Matchers::StartsWith(first + "; equivec ") &&
                 ContainsSubstring(" debias --method half-sibling --sets sets/mine.json, direction pca, alpha 7.5, "));
}

TEST_CASE("debias methods: restrict, seed and threads are the common ones, all else is the method's own") {
  const Embeddings before = some_vectors();
  const auto result = [&](const char* method, const DebiasOptions& options) {
    return debias(debias_method(method), before, some_sets(), options).embeddings;
  };
  DebiasOptions own = quick();
  own.inlp.seed = own.double_hard.seed = 99;
  own.inlp.threads = own.double_hard.threads = own.repulsion_attraction.threads = 3;
  own.repulsion_attraction.restrict = 5;
  for (const char* method : {"inlp", "double-hard", "repulsion-attraction"}) {
    CAPTURE(method);
    CHECK(same_bits(result(method, own), result(method, quick())));
  }
  DebiasOptions common = quick();
  common.restrict = 20;
  CHECK_FALSE(same_bits(result("repulsion-attraction", common), result("repulsion-attraction", quick())));
  const std::pair<const char*, void (*)(DebiasOptions&)> changes[] = {
      {"soft", [](DebiasOptions& o) { o.soft.lambda = 1e4; }},
      {"partial-projection", [](DebiasOptions& o) { o.partial_projection.sigma = 2; }},
      {"half-sibling", [](DebiasOptions& o) { o.half_sibling.alpha = 2; }},
      {"inlp", [](DebiasOptions& o) { o.inlp.rounds = 1; }},
      {"repulsion-attraction", [](DebiasOptions& o) { o.repulsion_attraction.neighbors = 1; }}};
  for (const auto& [method, change] : changes) {
    CAPTURE(method);
    DebiasOptions changed = quick();
    change(changed);
    CHECK_FALSE(same_bits(result(method, changed), result(method, quick())));
  }
}

TEST_CASE("debias methods: what they need and do not get is an error that says what") {
  const Embeddings before = some_vectors();
  BiasWordSets sets = some_sets();
  DebiasOptions options = quick();
  options.threads = -1;
  CHECK_THROWS_AS(debias(debias_method("hard"), before, sets, options), OptionError);
  options = quick();
  options.soft.lambda = -1;
  CHECK_THAT(option_error_of([&] { validate(options); }), Catch::Matchers::StartsWith("lambda must be between 0"));
  options = quick();
  options.direction.rank = 0;
  CHECK_THROWS_AS(debias(debias_method("hard"), before, sets, options), OptionError);
  sets.definitional = {};
  for (const DebiasMethod& method : debias_methods()) {
    CAPTURE(method.name);
    CHECK_THAT(error_of([&] { debias(method, before, sets, quick()); }), ContainsSubstring("no definitional sets"));
  }
}

TEST_CASE("verified debiasing: vectors that are not what they should be do not pass") {
  const Embeddings before = some_vectors();
  const BiasWordSets sets = some_sets();
  const Debiased hard = debias(debias_method("hard"), before, sets, quick());
  const auto holds = [](const std::vector<PostCondition>& conditions) {
    return std::ranges::all_of(conditions, &PostCondition::holds);
  };
  const BiasSubspace& subspace = hard.direction.subspace;
  const Embeddings unit = normalized(before);
  CHECK(holds(verify_neutralized(unit, hard.embeddings, subspace, hard.neutralized)));
  CHECK(holds(verify_equalized(hard.embeddings, subspace, hard.equalized, hard.neutralized)));
  Matrix wrong = hard.embeddings.matrix();
  const auto neutral = static_cast<Eigen::Index>(index(hard.neutralized.at(20)));
  wrong.row(neutral) += 1e-5F * subspace.basis().row(0).cast<float>();
  CHECK_FALSE(holds(verify_neutralized(unit, Embeddings(before.vocabulary(), wrong), subspace, hard.neutralized)));
  wrong.setZero();
  CHECK_FALSE(holds(verify_neutralized(unit, Embeddings(before.vocabulary(), wrong), subspace, hard.neutralized)));
  wrong = hard.embeddings.matrix();
  wrong(static_cast<Eigen::Index>(index(hard.equalized.at(0).at(1))), 5) += 1e-5F;
  CHECK_FALSE(
      holds(verify_equalized(Embeddings(before.vocabulary(), wrong), subspace, hard.equalized, hard.neutralized)));
}
