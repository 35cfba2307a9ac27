#include "equivec/base/error.hpp"
#include "equivec/downstream/labelled_texts.hpp"
#include "equivec/downstream/probe.hpp"
#include "equivec/downstream/word_swaps.hpp"
#include "equivec/files/output_files.hpp"
#include "src/evaluate/read_all.hpp"
#include "src/report/bias_forest.hpp"
#include "src/report/counterfactual_report.hpp"
#include "src/report/eval_report.hpp"
#include "src/report/loss_plot.hpp"
#include "src/files/output_file.hpp"
#include "src/report/picture_file.hpp"
#include "src/report/probe_report.hpp"
#include "src/report/word_plot.hpp"

#include "apps/python/bindings/embeddings.hpp"
#include "apps/python/bindings/text.hpp"
#include "apps/python/bindings/word_sets.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

namespace equivec::python {

namespace {

py::object interval_of(const std::optional<Interval>& interval) {
  return interval ? py::object(py::make_tuple(interval->low, interval->high)) : py::none();
}

py::tuple row_of(const Measurement& row) {
  return py::make_tuple(str_of(row.set), str_of(row.part), str_of(row.measure), row.value, interval_of(row.interval),
                        row.known, row.missing, row.other,
                        row.difference ? py::cast(row.difference->value) : py::object(py::none()),
                        row.difference ? interval_of(row.difference->interval) : py::none(),
                        row.difference ? py::cast(row.difference->p_value) : py::object(py::none()));
}

/// (document, rows, text, Markdown)
py::tuple evaluate_files(const EmbeddingsHandle& self, const EmbeddingsHandle* other, const py::dict& values) {
  const Keywords keywords(values);
  std::vector<std::string> analogies, similarities, categories, outliers, synonyms, methods;
  keywords.read("analogies", analogies);
  keywords.read("similarity", similarities);
  keywords.read("categories", categories);
  keywords.read("outliers", outliers);
  keywords.read("synonyms", synonyms);
  keywords.read("method", methods);
  if (analogies.empty() && similarities.empty() && categories.empty() && outliers.empty() && synonyms.empty())
    throw OptionError("nothing to evaluate: give analogies, similarity, categories, outliers or synonyms");
  EvaluateOptions rules;
  std::string letters = "fold";
  keywords.read("epsilon", rules.analogies.epsilon);
  keywords.read("include_query", rules.analogies.include_query);
  keywords.read_size("restrict", rules.restrict);
  keywords.read("case", letters);
  keywords.read("include_alike", rules.include_alike);
  keywords.read("resamples", rules.bootstrap.resamples);
  keywords.read("seed", rules.seed);
  keywords.read("threads", rules.threads);
  if (letters != "fold" && letters != "exact")
    throw OptionError("case: expected 'fold' or 'exact', found '" + letters + "'");
  require_between("threads", rules.threads, 0, 4096);
  rules.fold_case = letters == "fold";
  rules.bootstrap.threads = rules.threads;
  rules.bootstrap.seed = rules.analogies.seed = rules.seed;
  validate(rules.bootstrap);
  validate(rules.analogies);
  EvaluationSets sets;
  if (!methods.empty()) sets.methods.clear();
  for (const std::string& name : methods)
    sets.methods.push_back(Keywords::value_named("method", name, analogy_methods));
  LongWork work({.progress = keywords.get("progress")});
  const EvaluationReport report = work.run([&] {
    sets.analogies = read_all(analogies, read_analogies);
    sets.similarities = read_all(similarities, read_similarities);
    sets.categories = read_all(categories, read_categories);
    sets.outliers = read_all(outliers, read_outliers);
    sets.synonyms = read_all(synonyms, read_synonyms);
    std::optional<EvaluatedVectors> compared;
    if (other) compared = EvaluatedVectors{other->name, other->embeddings};
    return evaluate_sets({self.name, self.embeddings}, compared, sets, rules, &work.progress());
  });
  py::list rows;
  for (const Measurement& row : report.table) rows.append(row_of(row));
  return py::make_tuple(object_of(report.document), rows, str_of(to_text(report, TableStyle::text)),
                        str_of(to_text(report, TableStyle::markdown)));
}

/// A file, or (texts, labels).
LabelledTexts labelled_texts_of(const py::object& source, const char* name) {
  if (!py::isinstance<py::tuple>(source)) {
    const std::string file = text_of(source, name);
    LongWork work({});
    return work.run([&] { return read_labelled_texts(file, &work.progress()); });
  }
  const py::tuple given = source;
  LabelledTexts result{.name = name, .classes = {}, .labels = {}, .texts = texts_of(given[0], "text")};
  const std::vector<std::string> labels = texts_of(given[1], "label");
  if (labels.size() != result.texts.size())
    throw Error(std::string(name) + ": there are " + std::to_string(result.texts.size()) + " texts and " +
                std::to_string(labels.size()) + " labels");
  const std::set<std::string> classes(labels.begin(), labels.end());
  result.classes.assign(classes.begin(), classes.end());
  for (const std::string& label : labels)
    result.labels.push_back(
        static_cast<std::uint32_t>(std::ranges::lower_bound(result.classes, label) - result.classes.begin()));
  return result;
}

const BiasWordSets& sets_in(const Keywords& keywords) {
  return py::cast<const WordSetsHandle&>(keywords.get("sets")).sets;
}

CounterfactualRequest counterfactual_request(const Keywords& keywords) {
  CounterfactualRequest request;
  keywords.read("counterfactuals", request.texts);
  keywords.read("templates", request.templates);
  keywords.read("pairs", request.pairs);
  keywords.read("names", request.names);
  keywords.read("positive", request.positive);
  return request;
}

/// (text, group, words swapped) of each
py::list twins_of(const py::object& given, const py::dict& values) {
  const Keywords keywords(values);
  const CounterfactualRequest request = counterfactual_request(keywords);
  const BiasWordSets& sets = sets_in(keywords);
  const std::vector<std::string> texts = texts_of(given, "text");
  LongWork work({});
  const std::vector<Twin> twins = work.run([&] {
    const WordSwaps swaps(requested_words(request, sets));
    std::vector<Twin> result;
    for (const std::string& text : texts) {
      check_cancelled(&work.progress());
      result.push_back(swaps.twin_of(text));
    }
    return result;
  });
  py::list result;
  for (const Twin& twin : twins)
    result.append(py::make_tuple(str_of(twin.text), str_of(name_of(twin.group)), twin.swapped));
  return result;
}

/// (document, text, Markdown)
py::tuple probe_vectors(const py::object& training, const py::object& test, const py::list& vectors,
                        const py::dict& values) {
  const Keywords keywords(values);
  ProbeOptions rules;
  keywords.read("strength", rules.strength);
  bool keep_lengths = false;
  keywords.read("lengths", keep_lengths);
  rules.texts.unit_length = !keep_lengths;
  read_text_vector_options(keywords, rules.texts);
  keywords.read("resamples", rules.bootstrap.resamples);
  keywords.read("seed", rules.bootstrap.seed);
  keywords.read("threads", rules.threads);
  rules.bootstrap.threads = rules.threads;
  validate(rules);
  const auto name_of_source = [](const py::object& source, const char* name) {
    return py::isinstance<py::tuple>(source) ? std::string(name) : text_of(source);
  };
  ProbeReport report{.training_file = name_of_source(training, "training"),
                     .test_file = name_of_source(test, "test"),
                     .training = labelled_texts_of(training, "training"),
                     .test = labelled_texts_of(test, "test"),
                     .options = rules};
  std::vector<const EmbeddingsHandle*> handles;
  for (const py::handle handle : vectors) handles.push_back(&py::cast<const EmbeddingsHandle&>(handle));
  const CounterfactualRequest request = counterfactual_request(keywords);
  if (!request.any() && !(request.pairs.empty() && request.names.empty() && request.positive.empty()))
    throw OptionError("pairs, names and positive are for counterfactuals=True or templates=True");
  const BiasWordSets& sets = sets_in(keywords);
  LongWork work({.progress = keywords.get("progress")});
  work.run([&] {
    require_learnable(report.training, report.test);
    if (request.any()) report.counterfactuals = plan_counterfactuals(request, sets, report.training, report.test);
    for (const EmbeddingsHandle* handle : handles) report.add(handle->name, handle->embeddings, &work.progress());
  });
  return py::make_tuple(object_of(to_json(report)), str_of(to_text(report, TableStyle::text)),
                        str_of(to_text(report, TableStyle::markdown)));
}

/// An <svg> element.
py::str plot_words(const EmbeddingsHandle& self, const py::object& before, const std::vector<std::string>& words,
                   const py::list& groups, const py::dict& values) {
  const Keywords keywords(values);
  WordPlotOptions options;
  keywords.read_choice("method", options.method, plot_methods);
  keywords.read("x", options.x);
  keywords.read("y", options.y);
  keywords.read("title", options.title);
  keywords.read("seed", options.seed);
  keywords.read("threads", options.threads);
  for (const py::handle group : groups) {
    const auto pair = py::cast<py::tuple>(group);
    options.groups.push_back({text_of(pair[0], "group"), texts_of(pair[1])});
  }
  validate(options);
  std::vector<PlottedVectors> vectors;
  if (!before.is_none()) {
    const auto& other = py::cast<const EmbeddingsHandle&>(before);
    vectors.push_back({other.name, other.embeddings});
  }
  vectors.push_back({self.name, self.embeddings});
  LongWork work({.progress = keywords.get("progress")});
  return str_of(work.run([&] { return word_plot(vectors, words, options, &work.progress()); }));
}

/// Of (epoch, loss, validation loss) of each epoch.
LossCurve loss_curve_of(const py::handle log, const std::string& name) {
  LossCurve curve{name, {}};
  for (const py::handle epoch : py::cast<py::list>(log)) {
    const auto [number, loss, validation_loss] = py::cast<std::tuple<int, double, std::optional<double>>>(epoch);
    curve.epochs.push_back({.epoch = number, .loss = loss, .validation_loss = validation_loss});
  }
  return curve;
}

/// `logs`: names of files, and lists of epochs. An <svg> element.
py::str plot_losses(const py::list& logs, const py::object& names, const std::string& title) {
  std::vector<std::string> files;
  for (const py::handle log : logs)
    if (py::isinstance<py::str>(log) || py::isinstance<py::bytes>(log))
      files.push_back(text_of(py::reinterpret_borrow<py::object>(log)));
  LongWork work({});
  std::vector<LossCurve> of_files = work.run([&] { return read_loss_curves(files); }), curves;
  for (std::size_t next = 0; const py::handle log : logs) {
    if (py::isinstance<py::list>(log))
      curves.push_back(loss_curve_of(log, "training " + std::to_string(curves.size() + 1)));
    else
      curves.push_back(std::move(of_files[next++]));
  }
  return str_of(loss_plot(named(std::move(curves), texts_of(names, "name")), title));
}

/// `documents`: (file, None), or (name, text). An <svg> element.
py::str plot_measures(const py::list& documents, const py::object& names, const std::string& title) {
  std::vector<BiasDocuments> texts;
  for (const py::handle document : documents) {
    const auto pair = py::cast<py::tuple>(document);
    const std::string name = text_of(pair[0], "bias");
    texts.push_back(pair[1].is_none() ? read_bias_documents(std::array{name})[0]
                                      : BiasDocuments{name, text_of(pair[1])});
  }
  return str_of(forest_plot(bias_forest(texts, texts_of(names, "name")), title));
}

}  // namespace

void bind_evaluation(py::module_& module) {
  module.def("evaluate", &evaluate_files);
  module.def("probe", &probe_vectors);
  module.def("twin_texts", &twins_of);
  module.def("plot",
             [](const EmbeddingsHandle& self, const py::object& before, const py::object& words, const py::list& groups,
                const py::dict& values) { return plot_words(self, before, texts_of(words), groups, values); });
  module.def("plot_loss", &plot_losses);
  module.def("plot_bias", &plot_measures);
  module.def("save_plot",
             [](const std::string& file, const py::object& picture, const std::string& title, const py::dict& values) {
               const Keywords keywords(values);
               PictureFileOptions options;
               keywords.read("scale", options.scale);
               const std::string svg = text_of(picture, "picture");
               LongWork work({});
               work.run([&] {
                 const std::string bytes = picture_file(file, svg, title, options);
                 OutputFiles files;
                 files.open(file).write(bytes);
                 files.commit();
               });
             });
}

}  // namespace equivec::python
