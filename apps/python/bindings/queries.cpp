#include "equivec/base/error.hpp"
#include "equivec/downstream/mean_vectors.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/search/expression.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/report/json.hpp"
#include "src/vectors/finite.hpp"

#include "apps/python/bindings/embeddings.hpp"
#include "apps/python/bindings/index.hpp"
#include "apps/python/bindings/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace equivec::python {

namespace {

py::list pairs_of(const Vocabulary& vocabulary, std::span<const Neighbor> found) {
  py::list result(found.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    PyList_SET_ITEM(result.ptr(), static_cast<Py_ssize_t>(i),
                    py::make_tuple(str_of(vocabulary.word(found[i].word)), number(found[i].similarity).get<double>())
                        .release()
                        .ptr());
  return result;
}

/// What neighbors() and neighbors_batch() have in common.
struct Search {
  std::shared_ptr<const NeighborIndex> index;
  NeighborFilter filter;
  std::vector<std::uint8_t> allowed;
  std::vector<WordId> excluded;  // besides the words of a query
  bool average = false, include_query = false;

  Search(const EmbeddingsHandle& handle, const Keywords& keywords) {
    Metric metric = Metric::cosine;
    std::size_t restrict = 0;
    int threads = 0, count = 10;
    double min_similarity = -std::numeric_limits<double>::infinity();
    std::string prefix, pattern;
    std::vector<std::string> exclude;
    keywords.read("count", count);
    keywords.read_choice("metric", metric, metrics);
    keywords.read("min_similarity", min_similarity);
    keywords.read("prefix", prefix);
    keywords.read("pattern", pattern);
    keywords.read("average", average);
    keywords.read("include_query", include_query);
    keywords.read_size("restrict", restrict);
    keywords.read("threads", threads);
    keywords.read("exclude", exclude);
    require_at_least("count", count, 1);
    require_between("threads", threads, 0, 4096);
    if (std::isnan(min_similarity)) throw OptionError("min_similarity: expected a number, found nan");
    const Vocabulary& vocabulary = handle.embeddings.vocabulary();
    for (const std::string& word : exclude)
      if (const auto id = vocabulary.find(word)) excluded.push_back(*id);
    const IndexKeywords given(keywords);
    {
      const py::gil_scoped_release free;  // the first search with an index reads all vectors
      index = search_of(handle, given, metric, restrict, threads);
    }
    allowed = matching_words(vocabulary, index->size(), prefix, pattern);
    filter = {.count = std::min(static_cast<std::size_t>(count), index->size()),
              .min_similarity = static_cast<float>(min_similarity),
              .allowed = allowed};
  }

  NeighborQuery question(const Expression& expression) const {
    return {{expression.vector.data(), static_cast<std::size_t>(expression.vector.size())}, expression.words};
  }
  /// The words of a query that are no answers, and those that are none anyway.
  void exclude_from(Expression& expression) const {
    if (include_query) expression.words.clear();
    expression.words.insert(expression.words.end(), excluded.begin(), excluded.end());
  }
};

Expression vector_expression(std::span<const float> numbers) {
  Expression expression{Eigen::VectorXf(column(numbers)), {}};
  if (!expression.vector.allFinite()) throw Error("the query's vector holds a number that is not finite");
  return expression;
}

void require_dimension(std::size_t found, int dimension) {
  if (found != static_cast<std::size_t>(dimension))
    throw Error("the query's vector has " + std::to_string(found) + " numbers, the vectors have " +
                std::to_string(dimension));
}

/// Of a str, or of a contiguous array of 32-bit floats.
py::list neighbors(const EmbeddingsHandle& self, const py::object& query, const py::dict& keywords) {
  const Search search(self, Keywords(keywords));
  const Vocabulary& vocabulary = self.embeddings.vocabulary();
  std::optional<std::string> text;
  py::buffer_info info;
  if (PyUnicode_Check(query.ptr()) || PyBytes_Check(query.ptr())) {
    text = text_of(query, "query");
  } else {
    info = py::cast<py::buffer>(query).request();
    require_dimension(static_cast<std::size_t>(info.size), self.embeddings.dimension());
  }
  std::vector<std::vector<Neighbor>> found;
  {
    const py::gil_scoped_release free;
    Expression expression =
        text ? parse_expression(*search.index, *text, self.name, search.average)
             : vector_expression({static_cast<const float*>(info.ptr), static_cast<std::size_t>(info.size)});
    search.exclude_from(expression);
    const NeighborQuery question = search.question(expression);
    found = search.index->find(std::span(&question, 1), search.filter);
  }
  return pairs_of(vocabulary, found.front());
}

/// Asks for `total` queries, which expression(i) gives, in pieces that keep the answers small, and writes the answers'
/// rows (-1 where there are fewer) and similarities (NaN there).
template <class ExpressionOf>
void search_batch(const Search& search, std::size_t total, const ExpressionOf& expression_of, std::int32_t* ids,
                  float* similarities, Progress& progress) {
  constexpr std::size_t piece = 4096;
  Progress inner;  // of one piece; only the cancellation is passed on
  start(&progress, total);
  for (std::size_t begin = 0; begin < total; begin += piece) {
    const std::size_t count = std::min(piece, total - begin);
    std::vector<Expression> expressions;
    expressions.reserve(count);
    std::vector<NeighborQuery> questions;
    for (std::size_t i = 0; i < count; ++i) {
      check_cancelled(&progress);
      search.exclude_from(expressions.emplace_back(expression_of(begin + i)));
      questions.push_back(search.question(expressions.back()));
    }
    constexpr std::size_t at_once = 512;  // so that a signal is not kept waiting
    for (std::size_t part = 0; part < count; part += at_once) {
      check_cancelled(&progress);
      const std::size_t size = std::min(at_once, count - part);
      const auto found = search.index->find(std::span(questions).subspan(part, size), search.filter, &inner);
      for (std::size_t i = 0; i < size; ++i)
        for (std::size_t k = 0; k < search.filter.count; ++k) {
          const std::size_t place = (begin + part + i) * search.filter.count + k;
          const bool there = k < found[i].size();
          ids[place] = there ? static_cast<std::int32_t>(index(found[i][k].word)) : -1;
          similarities[place] = there ? found[i][k].similarity : std::numeric_limits<float>::quiet_NaN();
        }
      progress.done += size;
    }
  }
}

/// `queries`: a list of str; an array of rows, 64-bit integers; or of vectors, 32-bit floats. `allocate(rows, columns)`
/// returns the two arrays to be filled.
py::tuple neighbors_batch(const EmbeddingsHandle& self, const py::object& queries, const py::dict& values,
                          const py::function& allocate) {
  const Keywords keywords(values);
  const Search search(self, keywords);
  std::vector<std::string> texts;
  py::buffer_info info;
  std::size_t total = 0;
  bool rows = false;
  if (PyList_Check(queries.ptr())) {
    texts = texts_of(queries, "querie");
    total = texts.size();
  } else {
    info = py::cast<py::buffer>(queries).request();
    rows = info.ndim == 1;
    total = static_cast<std::size_t>(info.shape[0]);
    if (!rows) require_dimension(static_cast<std::size_t>(info.shape[1]), self.embeddings.dimension());
  }
  const py::tuple arrays = allocate(total, search.filter.count);
  const py::buffer_info ids = py::cast<py::buffer>(arrays[0]).request(true);
  const py::buffer_info similarities = py::cast<py::buffer>(arrays[1]).request(true);
  const Embeddings& embeddings = self.embeddings;
  const auto expression_of = [&](std::size_t i) -> Expression {
    if (!texts.empty()) return parse_expression(*search.index, texts[i], self.name, search.average);
    if (!rows) {
      const auto dimension = static_cast<std::size_t>(embeddings.dimension());
      return vector_expression({static_cast<const float*>(info.ptr) + i * dimension, dimension});
    }
    const std::int64_t row = static_cast<const std::int64_t*>(info.ptr)[i];
    if (row < 0 || row >= static_cast<std::int64_t>(embeddings.size()))
      throw Error("query " + std::to_string(i) + ": " + std::to_string(row) + " is not a row of the " +
                  std::to_string(embeddings.size()) + " words");
    const WordId word = word_id(static_cast<std::size_t>(row));
    require_finite(embeddings, word);
    return {Eigen::VectorXf(column(embeddings[word])), {word}};
  };
  LongWork work({.progress = keywords.get("progress")});
  work.run([&] {
    search_batch(search, total, expression_of, static_cast<std::int32_t*>(ids.ptr),
                 static_cast<float*>(similarities.ptr), work.progress());
  });
  return arrays;
}

/// The answers of neighbors_batch() as lists of (word, similarity).
py::list answers(const EmbeddingsHandle& self, const py::buffer& rows, const py::buffer& similarities) {
  const py::buffer_info ids = rows.request(), numbers = similarities.request();
  const auto count = static_cast<std::size_t>(ids.shape[1]);
  py::list result;
  std::vector<Neighbor> found;
  for (std::size_t i = 0; i < static_cast<std::size_t>(ids.shape[0]); ++i) {
    found.clear();
    for (std::size_t k = i * count; k < (i + 1) * count; ++k)
      if (const std::int32_t row = static_cast<const std::int32_t*>(ids.ptr)[k]; row >= 0)
        found.push_back({word_id(static_cast<std::size_t>(row)), static_cast<const float*>(numbers.ptr)[k]});
    result.append(pairs_of(self.embeddings.vocabulary(), found));
  }
  return result;
}

/// words: A B A B ... C.
py::list analogy(const EmbeddingsHandle& self, const std::vector<std::string>& words, const py::dict& values) {
  const Keywords keywords(values);
  AnalogyOptions rules;
  std::size_t restrict = 0;
  int threads = 0, count = 5;
  keywords.read("count", count);
  keywords.read_choice("method", rules.method, analogy_methods);
  keywords.read("epsilon", rules.epsilon);
  keywords.read("include_query", rules.include_query);
  keywords.read("seed", rules.seed);
  keywords.read_size("restrict", restrict);
  keywords.read("threads", threads);
  require_at_least("count", count, 1);
  require_between("threads", threads, 0, 4096);
  validate(rules);
  const IndexKeywords given(keywords);
  if (given.graph) require_near_to_one_vector(rules.method);
  const Vocabulary& vocabulary = self.embeddings.vocabulary();
  // With tabs, since words may contain spaces.
  std::string text;
  for (const std::string& word : words) text += word + "\t";
  LongWork work({});
  const std::vector<std::vector<Neighbor>> found = work.run([&] {
    const Analogy question = parse_analogy(vocabulary, text, rules.method, self.name);
    const auto index = search_of(self, given, metric_of(rules.method), restrict, threads);
    return solve(*index, std::span(&question, 1), static_cast<std::size_t>(count), rules, &work.progress());
  });
  return pairs_of(vocabulary, found.front());
}

py::list outliers_of(const EmbeddingsHandle& self, const std::vector<std::string>& words) {
  const Vocabulary& vocabulary = self.embeddings.vocabulary();
  if (words.size() < 3) throw Error("words: expected at least three, found " + std::to_string(words.size()));
  std::vector<WordId> ids;
  for (const std::string& word : words) ids.push_back(require_word(vocabulary, word, self.name));
  return pairs_of(vocabulary, outliers(self.embeddings, ids));
}

/// The cosine of two words.
double similarity(const EmbeddingsHandle& self, const py::object& first, const py::object& second) {
  const Vocabulary& vocabulary = self.embeddings.vocabulary();
  const WordId a = require_word(vocabulary, text_of(first), self.name);
  const WordId b = require_word(vocabulary, text_of(second), self.name);
  for (const WordId word : {a, b}) require_finite(self.embeddings, word);
  return cosine(self.embeddings[a], self.embeddings[b]);
}

double cosine_of(const py::buffer& first, const py::buffer& second) {
  const py::buffer_info a = first.request(), b = second.request();
  if (a.size != b.size)
    throw Error("the vectors have " + std::to_string(a.size) + " and " + std::to_string(b.size) + " numbers");
  const auto numbers = [](const py::buffer_info& info) {
    return std::span(static_cast<const float*>(info.ptr), static_cast<std::size_t>(info.size));
  };
  return cosine(numbers(a), numbers(b));
}

/// texts: str or lists of tokens. Fills the array that allocate(rows, columns) returns, and returns it with the numbers
/// of known words.
py::tuple means(const EmbeddingsHandle& self, const py::iterable& texts, const py::dict& values,
                const py::function& allocate) {
  const Keywords keywords(values);
  MeanVectorOptions rules;
  read_text_vector_options(keywords, rules);
  keywords.read("unit_length", rules.unit_length);
  keywords.read("threads", rules.threads);
  validate(rules);
  std::vector<Text> given;
  for (const py::handle text : texts) {
    if (given.size() % 4096 == 0 && PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (PyUnicode_Check(text.ptr()) || PyBytes_Check(text.ptr()))
      given.emplace_back(text_of(text, "text"));
    else
      given.emplace_back(texts_of(text, "token"));
  }
  LongWork work({.progress = keywords.get("progress")});
  const MeanVectors result = work.run([&] { return mean_vectors(self.embeddings, given, rules, &work.progress()); });
  const py::object array = allocate(given.size(), self.embeddings.dimension());
  const py::buffer_info info = py::cast<py::buffer>(array).request(true);
  std::copy_n(result.vectors.data(), result.vectors.size(), static_cast<float*>(info.ptr));
  return py::make_tuple(array, result.known);
}

}  // namespace

void bind_queries(py::module_& module) {
  module.def("neighbors", &neighbors);
  module.def("neighbors_batch", &neighbors_batch);
  module.def("answers", &answers);
  module.def("analogy", &analogy);
  module.def("outliers", &outliers_of);
  module.def("similarity", &similarity);
  module.def("cosine", &cosine_of);
  module.def("mean_vectors", &means);
  module.def("takes_pairs", [](const std::string& method) {
    const auto* const found = std::ranges::find(analogy_methods, method, [](AnalogyMethod m) { return name_of(m); });
    return found != analogy_methods.end() && takes_pairs(*found);
  });
}

}  // namespace equivec::python
