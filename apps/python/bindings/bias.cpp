#include "equivec/base/error.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/search/expression.hpp"
#include "src/evaluate/read_all.hpp"
#include "src/files/output_file.hpp"
#include "src/report/bias_plan.hpp"
#include "src/report/bias_ranking.hpp"
#include "src/report/bias_report.hpp"
#include "src/report/debias_report.hpp"
#include "src/report/debias_summary.hpp"

#include "apps/python/bindings/embeddings.hpp"
#include "apps/python/bindings/word_sets.hpp"

#include <algorithm>
#include <optional>

namespace equivec::python {

namespace {

// ---- word sets ----

py::tuple words_of_set(const WordSet& set) {
  py::list words;
  for (const std::string& word : set) words.append(str_of(word));
  return py::tuple(words);
}

py::list sets_of(const std::vector<WordSet>& sets) {
  py::list result;
  for (const WordSet& set : sets) result.append(words_of_set(set));
  return result;
}

py::list names_of_queries(const BiasWordSets& sets) {
  py::list result;
  for (const BiasQuery& query : sets.queries) result.append(str_of(query.name));
  return result;
}

// ---- directions ----

void read_direction(const Keywords& keywords, DirectionOptions& direction) {
  keywords.read("pair", direction.pair);
  if (!direction.pair.empty() && !keywords.has("direction")) direction.method = DirectionMethod::pair;
  keywords.read_choice("direction", direction.method, direction_methods);
  keywords.read("rank", direction.rank);
  if (!direction.pair.empty() && direction.method != DirectionMethod::pair)
    throw OptionError("pair goes with direction='pair'");
  validate(direction);
}

/// (document, text, rows of the basis as bytes of doubles)
py::tuple described(const BiasDirection& direction, const std::string& name,
                    const std::optional<RandomSetsBaseline>& baseline) {
  const auto& basis = direction.subspace.basis();
  return py::make_tuple(
      object_of(to_json(direction, baseline)), str_of(to_text(direction, name, baseline)),
      py::bytes(reinterpret_cast<const char*>(basis.data()), static_cast<std::size_t>(basis.size()) * sizeof(double)));
}

py::tuple find_one(const EmbeddingsHandle& self, const WordSetsHandle& sets, const py::dict& values) {
  DirectionOptions options;
  read_direction(Keywords(values), options);
  LongWork work({});
  const BiasDirection direction = work.run([&] { return find_direction(self.embeddings, sets.sets, options); });
  return described(direction, sets.sets.name, {});
}

// ---- measures ----

struct MeasuredTask {
  BiasTask task;
  std::optional<TaskDirection> direction, of_reference;
  std::vector<BiasOutcome> outcomes;
};

/// The base of Python's class BiasReport.
struct BiasReportHandle {
  std::string name, reference_name;
  std::shared_ptr<const Embeddings> embeddings, reference;
  std::vector<MeasuredTask> tasks;

  MeasuredVectors vectors() const { return {name, *embeddings, reference_name, reference.get()}; }
};

BiasMeasureOptions measure_options(const Keywords& keywords) {
  BiasMeasureOptions options;
  read_direction(keywords, options.direction);
  keywords.read("strictness", options.strictness);
  keywords.read_choice("deviation", options.deviation, deviations);
  keywords.read("draws", options.draws);
  options.exact = !keywords.has("draws");
  int year = 0;
  keywords.read("year", year);
  if (year != 0) options.year = year;
  keywords.read_size("restrict", options.restrict);
  keywords.read("biased_words", options.biased_words);
  keywords.read("neighbors", options.neighbors);
  keywords.read("repeats", options.repeats);
  keywords.read("analogies", options.analogies);
  keywords.read("resamples", options.resamples);
  keywords.read("seed", options.seed);
  keywords.read("threads", options.threads);
  validate(options);
  return options;
}

BiasReportHandle measure_bias(const EmbeddingsHandle& self, const EmbeddingsHandle* reference,
                              const std::vector<std::string>& measures, const py::list& sets,
                              const std::vector<std::string>& queries, const py::dict& values) {
  const Keywords keywords(values);
  const BiasMeasureOptions options = measure_options(keywords);
  std::vector<BiasWordSets> given;
  for (const py::handle handle : sets) given.push_back(py::cast<const WordSetsHandle&>(handle).sets);
  BiasReportHandle report{self.name,
                          reference ? reference->name : "",
                          std::make_shared<const Embeddings>(self.embeddings),
                          reference ? std::make_shared<const Embeddings>(reference->embeddings) : nullptr,
                          {}};
  LongWork work({.progress = keywords.get("progress")});
  work.run([&] {
    std::vector<BiasTask> tasks = plan_bias(measures, std::move(given), queries);
    std::uint64_t total = 0;
    for (const BiasTask& task : tasks) total += task.queries.size();
    start(&work.progress(), total);
    for (BiasTask& task : tasks) {
      if (task.queries.empty()) continue;
      MeasuredTask& measured = report.tasks.emplace_back(MeasuredTask{std::move(task), {}, {}, {}});
      const MeasuredVectors vectors = report.vectors();
      measured.direction = direction_of(measured.task, vectors, false, options, &work.progress());
      measured.of_reference = direction_of(measured.task, vectors, true, options, &work.progress());
      for (const auto& [measure, query] : measured.task.queries) {
        measured.outcomes.push_back(
            outcome_of(*measure, query, measured.task.sets, vectors, options, &work.progress()));
        ++work.progress().done;
      }
    }
  });
  // As the command's exit status: queries that were named should all be measured, others at least in part.
  std::string error;
  bool any = false;
  for (const MeasuredTask& task : report.tasks)
    for (const BiasOutcome& outcome : task.outcomes) {
      any = any || outcome.measurement;
      if (!outcome.measurement && error.empty()) error = outcome.query + ": not measured: " + outcome.error;
    }
  if (!error.empty() && (!any || !queries.empty())) throw Error(error);
  return report;
}

py::list documents_of(const BiasReportHandle& self) {
  py::list result;
  for (const MeasuredTask& task : self.tasks)
    result.append(
        object_of(bias_document(self.vectors(), task.task, task.direction, task.of_reference, task.outcomes)));
  return result;
}

std::string text_of_report(const BiasReportHandle& self, int count, bool markdown) {
  std::string text;
  std::vector<BiasOutcome> all;
  for (const MeasuredTask& task : self.tasks) {
    for (const auto* direction : {&task.direction, &task.of_reference})
      if (*direction) text += to_text((*direction)->direction, (*direction)->name, (*direction)->baseline);
    for (const BiasOutcome& outcome : task.outcomes) {
      text += to_text(outcome, count);
      all.push_back(outcome);
    }
  }
  if (all.size() > 1) text += ranking_text(std::move(all), markdown ? TableStyle::markdown : TableStyle::text);
  return text;
}

// ---- debiasing ----

/// The base of Python's class Debiased.
struct DebiasedHandle {
  const DebiasMethod& method;
  std::string name;
  BiasWordSets sets;
  Embeddings before;
  Debiased debiased;
  DebiasOptions options;
  OccupationBias occupations_before, occupations_after;
};

DebiasOptions debias_options(const Keywords& keywords) {
  DebiasOptions options;
  read_direction(keywords, options.direction);
  keywords.read("lambda_", options.soft.lambda);
  keywords.read("sigma", options.partial_projection.sigma);
  keywords.read("alpha", options.half_sibling.alpha);
  keywords.read("biased_words", options.biased_words);
  keywords.read("rounds", options.inlp.rounds);
  keywords.read_size("restrict", options.restrict);
  keywords.read("seed", options.seed);
  keywords.read("threads", options.threads);
  validate(options);
  return options;
}

/// Throws OptionError for an option that other methods have and this one has not.
void require_options_of(const DebiasMethod& method, const Keywords& keywords) {
  const auto keyword = [](std::string name) {
    std::ranges::replace(name, '-', '_');
    return name == "lambda" ? "lambda_" : name;
  };
  const std::vector<std::string> own = split_words(method.options);
  for (const DebiasMethod& other : debias_methods())
    for (const std::string& name : split_words(other.options))
      if (name != "restrict" && name != "seed" && keywords.has(keyword(name).c_str()) &&
          std::ranges::find(own, name) == own.end())
        throw OptionError(keyword(name) + ": " + std::string(method.name) +
                          " has no such option; debias_methods() tells which methods have");
}

DebiasedHandle debias_vectors(const EmbeddingsHandle& self, const std::string& name, const WordSetsHandle& sets,
                              const py::dict& values) {
  const Keywords keywords(values);
  const DebiasMethod& method = debias_method(name);
  require_options_of(method, keywords);
  DebiasOptions options = debias_options(keywords);
  options.sets_name = sets.source;
  LongWork work({.progress = keywords.get("progress")});
  return work.run([&] {
    Debiased debiased = debias(method, self.embeddings, sets.sets, options, &work.progress());
    OccupationBias before = occupation_bias(self.embeddings, debiased, sets.sets);
    OccupationBias after = occupation_bias(debiased.embeddings, debiased, sets.sets);
    return DebiasedHandle{method,  self.name,         sets.sets,       self.embeddings, std::move(debiased),
                          options, std::move(before), std::move(after)};
  });
}

DebiasReport report_of(const DebiasedHandle& self, const std::string& file,
                       const std::vector<SimilaritySet>& similarities, const std::vector<AnalogySet>& analogies,
                       const ProbeReport* probe = nullptr) {
  return {self.name,
          "",
          file,
          self.method,
          self.sets,
          self.before,
          self.debiased,
          self.occupations_before,
          self.occupations_after,
          similarities,
          analogies,
          measuring_options(self.options),
          probe};
}

void write_report(const DebiasedHandle& self, const std::string& file, const std::vector<std::string>& similarities,
                  const std::vector<std::string>& analogies, const py::dict& values) {
  report_files(file);  // an error before the work
  const Keywords keywords(values);
  std::string training, test, positive;
  keywords.read("probe_train", training);
  keywords.read("probe_test", test);
  keywords.read("positive", positive);
  if (training.empty() != test.empty()) throw OptionError("probe_train and probe_test go together");
  LongWork work({.progress = keywords.get("progress")});
  work.run([&] {
    const std::vector<SimilaritySet> pairs = read_all(similarities, read_similarities);
    const std::vector<AnalogySet> questions = read_all(analogies, read_analogies);
    std::optional<ProbeReport> probe;
    if (!training.empty())
      probe = read_probe_texts(training, test, positive, self.sets, self.options, &work.progress());
    const std::vector<ReportFile> written =
        render_report(report_of(self, file, pairs, questions, probe ? &*probe : nullptr), work.progress());
    OutputFiles files;
    for (const ReportFile& one : written) files.open(one.file).write(one.text);
    files.commit();
  });
}

py::list words_list(const Vocabulary& vocabulary, std::span<const WordId> ids) {
  py::list result;
  for (const WordId id : ids) result.append(str_of(vocabulary.word(id)));
  return result;
}

void bind_debiased(py::module_& module) {
  py::class_<DebiasedHandle>(module, "DebiasedHandle")
      .def("_embeddings",
           [](const DebiasedHandle& self) { return EmbeddingsHandle(self.debiased.embeddings, self.name); })
      .def("_document", [](const DebiasedHandle& self) { return object_of(summary_json(report_of(self, "", {}, {}))); })
      .def("_text", [](const DebiasedHandle& self,
                       int count) { return str_of(summary_text(report_of(self, "", {}, {}), count)); })
      .def("_direction",
           [](const DebiasedHandle& self) { return described(self.debiased.direction, self.sets.name, {}); })
      .def("_neutralized",
           [](const DebiasedHandle& self) { return words_list(self.before.vocabulary(), self.debiased.neutralized); })
      .def("_report", &write_report);
  module.def("debias", &debias_vectors);
  module.def("debias_methods", [] { return object_of(debias_methods_json()); });
}

}  // namespace

void bind_bias(py::module_& module) {
  py::class_<WordSetsHandle>(module, "WordSetsHandle")
      .def(py::init([](const WordSetsHandle& other) { return other; }))
      .def(py::init([](const std::string& name_or_file) {
        return WordSetsHandle{read_word_sets(name_or_file), name_or_file};
      }))
      .def(py::init([](const std::string& json, const std::string& where) {
        BiasWordSets sets = parse_word_sets(json, where);
        std::string name = sets.name;
        return WordSetsHandle{std::move(sets), std::move(name)};
      }))
      .def("_name", [](const WordSetsHandle& self) { return str_of(self.sets.name); })
      .def("_source", [](const WordSetsHandle& self) { return str_of(self.source); })
      .def("_definitional", [](const WordSetsHandle& self) { return sets_of(self.sets.definitional); })
      .def("_equalize", [](const WordSetsHandle& self) { return sets_of(self.sets.equalize); })
      .def("_specific", [](const WordSetsHandle& self) { return words_of_set(self.sets.specific); })
      .def("_occupations", [](const WordSetsHandle& self) { return words_of_set(self.sets.occupations); })
      .def("_lists",
           [](const WordSetsHandle& self) {
             py::dict result;
             for (const WordList& list : self.sets.lists) result[str_of(list.name)] = words_of_set(list.words);
             return result;
           })
      .def("_queries", [](const WordSetsHandle& self) { return names_of_queries(self.sets); });
  py::class_<BiasReportHandle>(module, "BiasReportHandle")
      .def("_documents", &documents_of)
      .def("_text", [](const BiasReportHandle& self, int count, bool markdown) {
        return str_of(text_of_report(self, count, markdown));
      });
  module.def("builtin_word_sets", [] {
    py::list names;
    for (const std::string_view name : builtin_word_sets()) names.append(str_of(name));
    return py::tuple(names);
  });
  module.def("direction", &find_one);
  module.def("bias", &measure_bias, py::arg("self"), py::arg("reference").none(true), py::arg("measures"),
             py::arg("sets"), py::arg("queries"), py::arg("keywords"));
  module.def("bias_measures", [] { return object_of(bias_measures_json()); });
  bind_debiased(module);
}

}  // namespace equivec::python
