#include "equivec/bias/association.hpp"
#include "equivec/bias/ect.hpp"
#include "equivec/bias/mac.hpp"
#include "equivec/bias/ripa.hpp"
#include "equivec/bias/rnd.hpp"
#include "equivec/bias/weat.hpp"
#include "equivec/bias/wefat.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "association_support.hpp"
#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

TEST_CASE("association: queries of another shape are refused by name") {
  const Embeddings e = between_axes();
  const AssociationQuery none, small = query_of(e, {{"x1"}}, {{"a"}});
  CHECK(error_of([&] { weat(e, small); }) == "WEAT takes 2 lists of targets and 2 lists of attributes, got 1 and 1");
  CHECK(error_of([&] { wefat(e, small); }) == "WEFAT takes 1 list of targets and 2 lists of attributes, got 1 and 1");
  CHECK(error_of([&] { relative_norm_distance(e, small); }) ==
        "RND takes 2 lists of targets and 1 list of attributes, got 1 and 1");
  CHECK(error_of([&] { embedding_coherence(e, small); }) ==
        "ECT takes 2 lists of targets and 1 list of attributes, got 1 and 1");
  CHECK(error_of([&] { relational_association(e, small); }) ==
        "RIPA takes 2 lists of targets and 1 list of attributes, got 1 and 1");
  CHECK(error_of([&] { mean_average_cosine(e, none); }) ==
        "MAC takes lists of targets and lists of attributes, got 0 and 0");
  CHECK(error_of([&] { mean_average_cosine(e, small); }).empty());
}

TEST_CASE("association: an empty list, a repeated word and a zero vector are errors that say where") {
  const Embeddings e = between_axes();
  const auto errors = [&](const std::vector<std::string>& first, const std::vector<std::string>& last) {
    const Names two = {first, {"y1"}}, one = {last}, both = {{"a"}, last};
    return std::vector<std::string>{error_of([&] { weat(e, query_of(e, two, both)); }),
                                    error_of([&] { wefat(e, query_of(e, {first}, both)); }),
                                    error_of([&] { relative_norm_distance(e, query_of(e, two, one)); }),
                                    error_of([&] { mean_average_cosine(e, query_of(e, two, one)); }),
                                    error_of([&] { embedding_coherence(e, query_of(e, two, one)); })};
  };
  for (const std::string& error : errors({}, {"b"})) CHECK(error == "target list 1 has no words");
  for (const std::string& error : errors({"x1"}, {})) CHECK_THAT(error, ContainsSubstring("attribute list"));
  for (const std::string& error : errors({"x1", "c", "x1"}, {"b"}))
    CHECK(error == "'x1' occurs twice in target list 1");
  for (const std::string& error : errors({"x1"}, {"b", "b"}))
    CHECK_THAT(error, ContainsSubstring("'b' occurs twice in attribute list"));
  for (const char* word : {"nothing", "endless"}) {
    for (const std::string& error : errors({"x1", word}, {"b"}))
      CHECK(error == "the vector of '" + std::string(word) + "' is zero or not finite");
    for (const std::string& error : errors({"x1"}, {"b", "c", word}))
      CHECK(error == "the vector of '" + std::string(word) + "' is zero or not finite");
  }
}
