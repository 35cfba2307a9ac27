#include "src/report/transform_report.hpp"

#include "equivec/base/error.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/spaces/transform.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

using namespace equivec;

namespace {

/// Words in two halves along the first axis, far from the origin.
Embeddings some_words() {
  const Matrix noise = random_matrix(300, 8, 5);
  Rows rows;
  for (Eigen::Index i = 0; i < noise.rows(); ++i) {
    const auto row = noise.row(i);
    std::vector<float> numbers(row.begin(), row.end());
    numbers[0] += i % 2 == 0 ? 1.0F : -1.0F;
    numbers[1] += 4;
    rows.emplace_back("w" + std::to_string(i), numbers);
  }
  return embeddings(rows);
}

BiasWordSets some_sets() {
  BiasWordSets sets;
  sets.name = "halves";
  sets.definitional = {{"w0", "w1"}, {"w2", "w3"}};
  for (int i = 10; i < 60; ++i) sets.occupations.push_back("w" + std::to_string(i));
  return sets;
}

SimilaritySet some_pairs() {
  SimilaritySet set;
  set.name = "pairs";
  for (int i = 100; i < 160; ++i)
    set.pairs.push_back({"w" + std::to_string(i), "w" + std::to_string(i + 60), static_cast<double>(i * 7 % 19)});
  return set;
}

AnalogySet some_questions() {
  AnalogySet set;
  set.name = "questions";
  AnalogySet::Section section;
  section.name = "only";
  for (int i = 0; i < 40; ++i) section.pairs.push_back({"w" + std::to_string(i), {"w" + std::to_string(i + 60)}});
  for (std::uint32_t i = 0; i < 39; ++i) section.questions.push_back({i, i + 1});
  set.sections.push_back(section);
  return set;
}

/// A report of the steps, with everything in it.
struct Made {
  Embeddings before = some_words();
  BiasWordSets sets = some_sets();
  std::vector<SimilaritySet> similarities = {some_pairs()};
  std::vector<AnalogySet> analogies = {some_questions()};
  Transformed transformed;
  TransformReport report;

  explicit Made(const std::vector<std::string>& steps, const std::string& file, int threads = 0)
      : transformed(done(steps)), report{"in.vec", "out.vec", file, transformed} {
    BiasMeasureOptions measuring;
    measuring.threads = threads;
    measuring.resamples = 200;
    report.compared.emplace(BeforeAndAfter{before, transformed.embeddings, sets, similarities, analogies, measuring});
    Progress progress;
    report.found = side_by_side(*report.compared, progress);
  }

  Transformed done(const std::vector<std::string>& steps) const {
    std::vector<TransformStep> parsed;
    for (const std::string& step : steps) parsed.push_back(parse_transform_step(step));
    return transform(before, parsed);
  }
};

const MeasuredTwice& measured(const SideBySide& found, std::string_view name) {
  for (const MeasuredTwice& row : found.measured)
    if (row.measure->name == name) return row;
  FAIL("not measured: " << name);
  return found.measured.front();
}

}  // namespace

TEST_CASE("transform report: scores and measures are those of both vectors, and the test is that of eval") {
  const Made made({"center", "remove-top=1"}, "r.md");
  const Embeddings& after = made.transformed.embeddings;
  const SideBySide& found = made.report.found;

  REQUIRE(found.scored.size() == 2);
  const SimilarityResult pairs_before = evaluate(made.before, made.similarities[0]),
                         pairs_after = evaluate(after, made.similarities[0]);
  CHECK(found.scored[0].set == "pairs");
  CHECK(found.scored[0].before == pairs_before.scores.at(0).spearman);
  CHECK(found.scored[0].after == pairs_after.scores.at(0).spearman);
  CHECK(found.scored[0].difference->p_value ==
        compare(pairs_after, pairs_before, Correlation::spearman, EvaluateOptions().bootstrap)->p_value);
  const AnalogyResult questions_before = evaluate(made.before, made.analogies[0]),
                      questions_after = evaluate(after, made.analogies[0]);
  CHECK(found.scored[1].before == questions_before.all.value());
  CHECK(found.scored[1].after == questions_after.all.value());
  CHECK(found.scored[1].difference->p_value ==
        compare(questions_after, questions_before, EvaluateOptions().bootstrap)->p_value);

  const MeasuredTwice& direct = measured(found, "direct-bias");
  CHECK(direct.before->value ==
        measure(*direct.measure, made.before, made.sets, direct.query, made.report.compared->measuring).value);
  CHECK(direct.after->value ==
        measure(*direct.measure, after, made.sets, direct.query, made.report.compared->measuring).value);
  CHECK(std::abs(*direct.before->value - *direct.after->value) > 0.01);  // it changed something
}

TEST_CASE("transform report: a rotation changes no score and no measure") {
  const Made made({"power=0"}, "r.md");  // along eigenvectors, by whose values nothing is scaled
  const SideBySide& found = made.report.found;
  for (const ScoredTwice& row : found.scored) {
    CHECK(*row.before == Approx(*row.after).margin(1e-6));
    CHECK(*row.difference->p_value == 1);
  }
  const MeasuredTwice& direct = measured(found, "direct-bias");
  CHECK(*direct.before->value == Approx(*direct.after->value).margin(1e-5));
}

TEST_CASE("transform report: vectors that lost dimensions are compared with those that had them") {
  const Made made({"pca=3"}, "r.md");
  CHECK(made.report.found.scored.size() == 2);
  CHECK(measured(made.report.found, "direct-bias").error.empty());
  CHECK(to_text(made.report).find("wrote 300 vectors of 3 dimensions to out.vec\nwrote the report to r.md\n") !=
        std::string::npos);
}

TEST_CASE("transform report: text, page and document say the same, whatever the number of threads") {
  const Made one({"whiten"}, "r.md", 1), two({"whiten"}, "r.md", 2);
  CHECK(to_text(one.report) == to_text(two.report));
  const std::vector<ReportFile> files = render_report(one.report);
  REQUIRE(files.size() == 2);
  CHECK(files[1].file == "r.md.measures.svg");
  CHECK(files[0].text == render_report(two.report)[0].text);
  const std::string p = format_p_value(one.report.found.scored[0].difference->p_value);
  CHECK(to_text(one.report).find("pairs      Spearman") != std::string::npos);
  CHECK(to_text(one.report).find("  " + p + "\n") != std::string::npos);
  CHECK(files[0].text.find("| pairs | Spearman | ") != std::string::npos);
  CHECK(files[0].text.find(" | " + p + " |\n") != std::string::npos);
  CHECK(to_json(one.report).at("utility").at(0).at("p_value") == *one.report.found.scored[0].difference->p_value);
}

TEST_CASE("transform report: what cannot be measured is said below the table, and in its place on the page") {
  const Made made({"center"}, "r.md");
  const MeasuredTwice& clusters = measured(made.report.found, "cluster-bias");
  REQUIRE(!clusters.error.empty());  // too few words for 500 on each side
  CHECK(to_text(made.report).find("\nnot measured: cluster-bias, halves: " + clusters.error + "\n") !=
        std::string::npos);
  CHECK(render_report(made.report)[0].text.find("| not measured: " + clusters.error + " |\n") != std::string::npos);
}

TEST_CASE("transform report: without one nothing is measured and the document is short") {
  const Embeddings before = some_words();
  const Transformed result = transform(before, std::array{parse_transform_step("center")});
  const TransformReport report{"in.vec", "", "", result};
  CHECK(to_text(report).find("wrote") == std::string::npos);
  CHECK(!to_json(report).contains("measures"));
}

TEST_CASE("report files: the ending names the format, and others are refused") {
  CHECK(report_files("a.html").size() == 1);
  CHECK(report_files("a.json").size() == 1);
  CHECK(report_files("a.md").size() == 3);
  CHECK(error_of([] { report_files("a.pdf"); }) == "--report: a.pdf: the ending names the format: .html, .md or .json");
}
