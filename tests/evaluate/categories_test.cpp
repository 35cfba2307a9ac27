#include "equivec/evaluate/categories.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

TEST_CASE("category file: the heading says which column is the word") {
  const TemporaryDirectory directory;
  const std::string text = GENERATE(as<std::string>{}, ",category,word\n0,illness,acne\n1,illness,\n2,tree,oak\n",
                                    "word\tcategory\nacne\tillness\noak\ttree\n", "acne illness\noak  tree\n",
                                    "Category;Word\nillness;acne\ntree;oak\n");
  CAPTURE(text);
  const CategorySet set = read_categories(directory.file("categories", text));
  REQUIRE(set.items.size() == 2);
  CHECK(set.items[0].word == "acne");
  CHECK(set.items[0].category == "illness");
  CHECK(set.items[1].word == "oak");
  CHECK(set.items[1].category == "tree");
}

TEST_CASE("category file: a line without word and category is named") {
  const TemporaryDirectory directory;
  for (const char* const line : {"c", "c d e", "x,"}) {
    const auto file = directory.file("categories", std::string("a b\n") + line + "\n");
    CHECK_THAT(error_of([&] { read_categories(file); }), ContainsSubstring(file.string() + ":2"));
  }
  CHECK_THAT(error_of([&] { read_categories(directory.file("categories", "\n# none\n")); }),
             ContainsSubstring("holds no word"));
}

TEST_CASE("categories: clusters equal to the categories have purity 1") {
  const Embeddings e = embeddings({{"oak", {1, 0.1F, 0}},
                                   {"elm", {2, 0, 0.1F}},
                                   {"Birch", {1, 0.2F, 0.1F}},
                                   {"cat", {0, 1, 0.1F}},
                                   {"dog", {0.1F, 3, 0}},
                                   {"zero", {0, 0, 0}}});
  const CategorySet set{"test",
                        {{"oak", "tree"},
                         {"elm", "tree"},
                         {"birch", "tree"},
                         {"cat", "animal"},
                         {"dog", "animal"},
                         {"unicorn", "animal"}}};
  EvaluateOptions options;
  options.bootstrap.resamples = 200;
  const CategoryResult result = evaluate(e, set, options);
  CHECK(result.words == 5);
  CHECK(result.missing == 1);
  CHECK(result.categories == 2);
  REQUIRE(result.clusterings.size() == 4);
  for (const CategoryResult::Clustering& clustering : result.clusterings) {
    CAPTURE(clustering.name);
    CHECK(clustering.purity.value() == 1);
    CHECK(clustering.interval->low == 1);
    CHECK(clustering.clusters == std::vector<int>{0, 0, 0, 1, 1, -1});
  }
  CHECK(compare(result, result, 0, options.bootstrap)->value == 0);
  CHECK(evaluate(e, CategorySet{"none", {{"unicorn", "x"}}}, options).clusterings.empty());
}

TEST_CASE("categories: a zero vector is clustered like others") {
  const Embeddings e = embeddings({{"a", {1, 0}}, {"b", {1, 0.1F}}, {"zero", {0, 0}}});
  EvaluateOptions options;
  options.bootstrap.resamples = 10;
  CHECK(evaluate(e, CategorySet{"test", {{"a", "x"}, {"b", "x"}, {"zero", "y"}}}, options).words == 3);
}
