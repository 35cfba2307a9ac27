#include "equivec/train/scale_plan.hpp"

#include "equivec/base/error.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <string>

using namespace equivec;

namespace {

ScaleQuestion question_of(double words, double vocabulary, int nodes) {
  ScaleQuestion question{.words = words, .vocabulary = vocabulary, .nodes = nodes};
  question.training.threads = 16;
  return question;
}

}  // namespace

TEST_CASE("scale plan: Zipf's classes have all words of text and vocabulary, and the shares of the law") {
  for (const double vocabulary : {1.0, 3000.0, 5e6}) {
    double words = 0, text = 0;
    const auto classes = zipf_classes(1e9, vocabulary);
    for (const WordClass& each : classes) {
      words += each.words;
      text += each.words * each.count;
    }
    CHECK(words == vocabulary);
    CHECK(std::abs(text / 1e9 - 1) < 1e-9);
    if (vocabulary > 10) CHECK(std::abs(classes[9].count / classes[0].count / (3.7 / 12.7) - 1) < 0.02);
  }
}

TEST_CASE("scale plan: one rank sends nothing, and more ranks take less time for each") {
  const ScaleQuestion question = question_of(1e11, 1e6, 32);
  const ScalePlan one = plan_of(question, 1), four = plan_of(question, 4), many = plan_of(question, 32);
  CHECK(one.bytes_of_word == 0);
  CHECK(one.sending == 0);
  CHECK(std::abs(one.computing / four.computing - 4) < 1e-9);
  CHECK(four.bytes_of_word < many.bytes_of_word);
  CHECK(four.total < one.total);
  CHECK(four.table_bytes > 2 * one.table_bytes);
}

TEST_CASE("scale plan: a slow network is the limit, and fewer ranks are advised") {
  ScaleQuestion question = question_of(1e9, 1e6, 64);
  CHECK(plan_of(question, 2).limit != "network");
  question.network = 0.1;
  CHECK(plan_of(question, 64).limit == "network");
  CHECK(advised_ranks(question) < 64);
  question.network = 1000;
  question.words = 1e13;
  CHECK(advised_ranks(question) == 64);
}

TEST_CASE("scale plan: replicas that are larger than a node's memory do not fit") {
  ScaleQuestion question = question_of(1e12, 1e8, 8);
  question.training.dimension = 300;
  question.memory = 256e9;
  CHECK_FALSE(plan_of(question, 8).fits);
  question.vocabulary = 1e6;
  CHECK(plan_of(question, 8).fits);
}

TEST_CASE("scale plan: refuses what is out of range") {
  CHECK_THROWS_AS(validate(question_of(0, 10, 1)), OptionError);
  CHECK_THROWS_AS(validate(question_of(10, 0, 1)), OptionError);
  CHECK_THROWS_AS(validate(question_of(10, 10, 0)), OptionError);
  CHECK_NOTHROW(validate(question_of(10, 10, 1)));
}
