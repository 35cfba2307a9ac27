#include "apps/python/bindings/training.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/cooccurrence_file.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/train/glove_parameters.hpp"
#include "src/base/parallel.hpp"

#include "apps/python/bindings/corpus.hpp"
#include "apps/python/bindings/embeddings.hpp"
#include "apps/python/bindings/text.hpp"

#include <array>
#include <cstring>

namespace equivec::python {

namespace {

// ---- what all of them take ----

void read_vocabulary_options(const Keywords& keywords, VocabularyOptions& options) {
  read_text_options(keywords, options.text);
  keywords.read("keep", options.keep);
  keywords.read("drop", options.drop);
  keywords.read("min_count", options.min_count);
  keywords.read("max_size", options.max_size);
  keywords.read("unknown", options.unknown);
  keywords.read("end_token", options.text.end_token);
}

/// The keyword `phrases`: Phrases, a file, or "auto".
void read_phrases(const Keywords& keywords, WordsRecipe& words) {
  const py::object given = keywords.get("phrases");
  if (!given.is_none() && py::isinstance<PhrasesHandle>(given))
    words.options.phrases = py::cast<const PhrasesHandle&>(given).phrases;
  else
    keywords.read("phrases", words.phrases);
}

/// The keyword `vocabulary`: a file, or a Vocabulary.
void read_words(const Keywords& keywords, WordsRecipe& words) {
  read_vocabulary_options(keywords, words.options);
  read_phrases(keywords, words);
  keywords.read("resample", words.resample);
  const py::object given = keywords.get("vocabulary");
  if (given.is_none()) return;
  if (py::isinstance<VocabularyHandle>(given)) {
    words.known = py::cast<const VocabularyHandle&>(given).vocabulary;
    if (words.known->total_count() == 0)
      throw Error("vocabulary: its words have no counts, which training needs; make it with count_words()");
  } else {
    keywords.read("vocabulary", words.file);
  }
}

/// Checkpoints, the vectors to start from, and what is called after each epoch: on_epoch(epoch, loss, validation loss),
/// which returns True when training is enough.
TrainingControl read_control(const Keywords& keywords, LongWork& work, std::string& initial_name) {
  TrainingControl control;
  const Reporting reporting = work.reporting();
  control.progress = reporting.progress;
  control.on_stage = reporting.on_stage;
  control.on_notice = reporting.on_notice;
  std::string checkpoint;
  keywords.read("checkpoint", checkpoint);
  control.checkpoint.file = checkpoint;
  keywords.read("checkpoint_every", control.checkpoint.minutes);
  keywords.read("resume", control.checkpoint.resume);
  std::string log;
  keywords.read("log", log);
  control.log = log;
  if (checkpoint.empty() && control.checkpoint.resume) throw OptionError("resume needs checkpoint, a file");
  validate(control.checkpoint);
  if (const py::object initial = keywords.get("initialize"); !initial.is_none()) {
    const auto& handle = py::cast<const EmbeddingsHandle&>(initial);
    control.initial = handle.embeddings;
    initial_name = handle.name;
  }
  if (const py::object on_epoch = keywords.get("on_epoch"); !on_epoch.is_none())
    control.on_epoch = [&work, f = on_epoch.ptr()](const EpochReport& report) {  // the caller's keywords hold it
      work.call([&] {
        if (py::cast<bool>(py::reinterpret_borrow<py::object>(f)(report.epoch, report.loss, report.validation_loss)))
          work.progress().enough = true;
      });
    };
  return control;
}

Callbacks callbacks_of(const Keywords& keywords) {
  return {.progress = keywords.get("progress"), .notice = keywords.get("notice")};
}

py::list tables_of(std::span<const TableSize> tables) {
  py::list result;
  for (const TableSize& table : tables) result.append(py::make_tuple(str_of(table.name), table.bytes));
  return result;
}

// ---- counting ----

VocabularyHandle count(const CorpusHandle& corpus, const py::dict& values) {
  const Keywords keywords(values);
  WordsRecipe recipe;
  VocabularyOptions& options = recipe.options;
  read_vocabulary_options(keywords, options);
  read_phrases(keywords, recipe);
  keywords.read_megabytes("memory", options.memory);
  keywords.read("threads", options.threads);
  validate(options);
  LongWork work(callbacks_of(keywords));
  return {work.run([&] {
    TextSummary summary;
    const VocabularyOptions reading = reading_options(corpus.corpus, recipe, work.reporting());
    Vocabulary words = count_words(corpus.corpus, reading, &work.progress(), &summary);
    work.reporting().notice(corpus.corpus.name() + ": " + described(summary));
    return words;
  })};
}

void read_counting(const Keywords& keywords, CooccurrenceRecipe& recipe) {
  read_words(keywords, recipe.words);
  keywords.read("window", recipe.cooccurrence.window);
  keywords.read("symmetric", recipe.cooccurrence.symmetric);
  keywords.read("distance_weighting", recipe.cooccurrence.distance_weighting);
  keywords.read_megabytes("memory", recipe.memory);
  keywords.read("threads", recipe.words.options.threads);
  validate(recipe);
}

CooccurrencesHandle count_pairs(const CorpusHandle& corpus, const py::dict& values) {
  const Keywords keywords(values);
  CooccurrenceRecipe recipe;
  read_counting(keywords, recipe);
  LongWork work(callbacks_of(keywords));
  std::string ignored;
  const TrainingControl control = read_control(keywords, work, ignored);
  return {work.run([&] { return count_text(corpus.corpus, recipe, control); })};
}

CooccurrencesHandle read_pairs(const std::string& file, const VocabularyHandle& words, std::uint64_t memory) {
  LongWork work({});
  return {work.run([&]() -> CountedText {
    return {words.vocabulary,
            read_cooccurrences(file, words.vocabulary, memory, &work.progress()),
            {{"tool", "equivec " EQUIVEC_VERSION}, {"command", "cooccur"}, {"cooccurrence_file", file}}};
  })};
}

/// (rows' ends, column numbers, counts), of scipy's csr_matrix.
py::tuple sparse_of(const CooccurrencesHandle& self) {
  const Cooccurrences& pairs = self.text.cooccurrences;
  std::string ends, columns, counts;
  {
    const py::gil_scoped_release free;
    const auto append = [](std::string& bytes, const void* data, std::size_t size) {
      bytes.append(static_cast<const char*>(data), size);
    };
    std::int64_t end = 0;
    append(ends, &end, sizeof end);
    for (std::size_t row = 0; row < pairs.words(); ++row) {
      const auto [words, numbers] = pairs.row(word_id(row));
      end += static_cast<std::int64_t>(words.size());
      append(ends, &end, sizeof end);
      append(columns, words.data(), words.size_bytes());
      append(counts, numbers.data(), numbers.size_bytes());
    }
  }
  return py::make_tuple(py::bytes(ends), py::bytes(columns), py::bytes(counts));
}

// ---- word2vec ----

Word2VecRecipe word2vec_recipe(const Keywords& keywords) {
  Word2VecRecipe recipe;
  Word2VecOptions& training = recipe.training;
  keywords.read_choice("model", training.model, std::array{Word2VecModel::skipgram, Word2VecModel::cbow});
  keywords.read_choice("cbow_update", training.cbow_update, std::array{CbowUpdate::gradient, CbowUpdate::legacy});
  std::string subwords;
  keywords.read("subwords", subwords);
  training = word2vec_defaults(training.model, training.cbow_update, !subwords.empty());
  if (!subwords.empty()) training.subwords = ngram_lengths(subwords);
  keywords.read_choice("loss", training.loss, word2vec_losses);
  keywords.read("dimension", training.dimension);
  keywords.read("window", training.window);
  keywords.read_choice("window_shape", training.window_shape, std::array{WindowShape::shrinking, WindowShape::fixed});
  keywords.read("negatives", training.negatives);
  keywords.read("group", training.group);
  keywords.read("group_noise", training.group_noise);
  keywords.read("buckets", training.buckets);
  keywords.read("epochs", training.epochs);
  keywords.read("learning_rate", training.learning_rate);
  keywords.read("subsample", training.subsample);
  keywords.read("noise_exponent", training.noise_exponent);
  keywords.read("threads", training.threads);
  keywords.read("replicas", training.replicas);
  keywords.read("deterministic", training.deterministic);
  keywords.read("seed", training.seed);
  read_words(keywords, recipe.words);
  keywords.read_megabytes("memory", recipe.words.options.memory);
  validate(training);
  VocabularyOptions counting = recipe.words.options;
  counting.threads = training.threads;
  validate(counting);
  return recipe;
}

/// (vectors, contexts or None, words trained, seconds), or of a dry run (tables, words, words per second).
py::tuple train_words(const CorpusHandle& corpus, const py::object& validation, const py::dict& values) {
  const Keywords keywords(values);
  Word2VecRecipe recipe = word2vec_recipe(keywords);
  bool contexts = false, dry_run = false;
  keywords.read("contexts", contexts);
  keywords.read("dry_run", dry_run);
  if (contexts && recipe.training.loss == Word2VecLoss::hierarchical_softmax)
    throw OptionError("contexts: with hierarchical softmax the nodes of a tree have vectors, not the contexts");
  if (!validation.is_none()) recipe.validation = py::cast<const CorpusHandle&>(validation).corpus;
  LongWork work(callbacks_of(keywords));
  const TrainingControl control = read_control(keywords, work, recipe.initial_name);
  if (dry_run) {
    const Word2VecEstimate estimate =
        work.run([&] { return estimate_word2vec(prepare_word2vec(corpus.corpus, recipe, control), &work.progress()); });
    return py::make_tuple(tables_of(estimate.tables), estimate.words, estimate.words_per_second);
  }
  TrainedVectors trained = work.run([&] {
    TrainedVectors result = train_word2vec(corpus.corpus, recipe, control);
    if (!contexts) result.contexts.reset();
    return result;
  });
  const auto handle = [](Embeddings& vectors) { return EmbeddingsHandle(std::move(vectors), "the vectors"); };
  return py::make_tuple(handle(trained.vectors),
                        trained.contexts ? py::cast(handle(*trained.contexts)) : py::object(py::none()),
                        trained.trained, trained.seconds);
}

// ---- GloVe ----

/// `source`: a corpus, or co-occurrences. (vectors, pairs trained, seconds), or of a dry run (tables, pairs).
py::tuple train_pairs(const py::object& source, const py::dict& values) {
  const Keywords keywords(values);
  GloveRecipe recipe;
  GloveOptions& training = recipe.training;
  keywords.read_choice(
      "vectors", recipe.parts,
      std::array{GloveParts::sum, GloveParts::words, GloveParts::contexts, GloveParts::both, GloveParts::with_biases});
  keywords.read("unknown_vector", recipe.unknown_vector);
  keywords.read("dimension", training.dimension);
  keywords.read("epochs", training.epochs);
  keywords.read("learning_rate", training.learning_rate);
  keywords.read("x_max", training.x_max);
  keywords.read("weight_exponent", training.weight_exponent);
  keywords.read("gradient_clip", training.gradient_clip);
  keywords.read_choice("bias_update", training.bias_update, std::array{BiasUpdate::gradient, BiasUpdate::legacy});
  keywords.read("seed", training.seed);
  read_counting(keywords, recipe.counting);
  std::string parameters;
  bool dry_run = false;
  keywords.read("parameters", parameters);
  keywords.read("dry_run", dry_run);
  validate(glove_options(recipe));
  LongWork work(callbacks_of(keywords));
  const TrainingControl control = read_control(keywords, work, recipe.initial_name);
  OutputFiles files;
  if (!parameters.empty())
    recipe.on_parameters = [&](const GloveVectors& learnt) { write_glove_parameters(files, parameters, learnt); };
  const CooccurrencesHandle* const counted =
      py::isinstance<CooccurrencesHandle>(source) ? &py::cast<const CooccurrencesHandle&>(source) : nullptr;
  const CorpusHandle* const corpus = counted ? nullptr : &py::cast<const CorpusHandle&>(source);
  const auto text = [&] { return counted ? counted->text : count_text(corpus->corpus, recipe.counting, control); };
  if (dry_run) {
    const CountedText counts = work.run(text);
    const std::uint64_t pairs = counts.cooccurrences.size();
    return py::make_tuple(tables_of(glove_tables(counts.vocabulary.size(), pairs, glove_options(recipe, control))),
                          pairs);
  }
  TrainedVectors trained = work.run([&] {
    TrainedVectors result = train_glove(text(), recipe, control);
    files.commit();
    return result;
  });
  return py::make_tuple(EmbeddingsHandle(std::move(trained.vectors), "the vectors"), trained.trained, trained.seconds);
}

}  // namespace

void bind_training(py::module_& module) {
  py::class_<CooccurrencesHandle>(module, "CooccurrencesHandle")
      .def(py::init([](const CooccurrencesHandle& other) { return other; }))
      .def("_vocabulary", [](const CooccurrencesHandle& self) { return VocabularyHandle{self.text.vocabulary}; })
      .def("_size", [](const CooccurrencesHandle& self) { return self.text.cooccurrences.size(); })
      .def("_sparse", &sparse_of)
      .def("_metadata",
           [](const CooccurrencesHandle& self) {
             py::dict result;
             for (const auto& [name, value] : self.text.metadata) result[str_of(name)] = str_of(value);
             return result;
           })
      .def("_save", [](const CooccurrencesHandle& self, const std::string& file, const std::string& vocabulary) {
        LongWork work({});
        work.run([&] {
          OutputFiles files;
          if (!vocabulary.empty()) write_vocabulary(files, vocabulary, self.text.vocabulary);
          write_cooccurrences(files, file, self.text.cooccurrences, &work.progress());
          files.commit();
        });
      });
  module.def("count_words", &count);
  module.def("count_cooccurrences", &count_pairs);
  module.def("read_cooccurrences", &read_pairs);
  module.def("train_word2vec", &train_words);
  module.def("train_glove", &train_pairs);
  module.def("instruction_set", [] { return str_of(instruction_set()); });
}

}  // namespace equivec::python
