#include "src/explore/answers.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/map/word_map.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/search/expression.hpp"
#include "src/base/parallel.hpp"
#include "src/debias/occupation_bias.hpp"
#include "src/map/principal_plane.hpp"
#include "src/report/answers.hpp"
#include "src/report/bias_plan.hpp"
#include "src/report/bias_report.hpp"
#include "src/report/debias_report.hpp"
#include "src/report/debias_summary.hpp"
#include "src/report/eval_report.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace equivec {

namespace {

static_assert(std::endian::native == std::endian::little, "octets are sent as they are in memory");

template <class T>
std::string octets(const std::vector<T>& numbers) {
  std::string result(numbers.size() * sizeof(T), '\0');
  std::memcpy(result.data(), numbers.data(), result.size());
  return result;
}

HttpAnswer document(const Json& json) { return http_answer("application/json", dump(json)); }
HttpAnswer binary(std::string body) { return http_answer("application/octet-stream", std::move(body)); }

/// Throws Error if there is no parameter of that name.
std::string required(const HttpRequest& request, std::string_view name) {
  if (std::optional<std::string> value = request.parameter(name)) return *std::move(value);
  throw Error("the parameter '" + std::string(name) + "' is missing");
}

/// How many answers are wanted. Throws Error unless it is a whole number from 1 to 1000.
std::size_t count_of(const HttpRequest& request, std::size_t otherwise) {
  constexpr std::size_t most = 1000;
  const std::optional<std::string> text = request.parameter("k");
  if (!text) return otherwise;
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value < 1 || value > most)
    throw Error("'k': expected a number from 1 to " + std::to_string(most));
  return value;
}

/// The places of the first words: those that the vectors hold, else some that are made here.
std::optional<Matrix> places_for(const Space& space, const ExplorerOptions& options, const Reporting& reporting) {
  const Embeddings& embeddings = space.embeddings();
  if (embeddings.places()) return *embeddings.places();
  const std::size_t count = std::min({options.map_words, options.words, embeddings.size()});
  if (count < 3) return std::nullopt;
  std::vector<WordId> first(count);
  for (std::size_t i = 0; i < count; ++i) first[i] = word_id(i);
  return word_map(selected(embeddings, first), {.seed = options.seed, .threads = options.threads}, reporting);
}

/// As `equivec bias --list --json`, and for each measure the built-in sets that it can be taken with, the usual ones
/// first.
Json measures_with_sets() {
  std::vector<BiasWordSets> sets;
  for (const std::string_view name : builtin_word_sets()) sets.push_back(read_word_sets(std::string(name)));
  Json measures = bias_measures_json();
  for (Json& entry : measures) {
    const BiasMeasure& measure = bias_measure(entry["measure"].get<std::string>());
    Json names = Json::array({measure.default_sets});
    for (std::size_t i = 0; i < sets.size(); ++i)
      if (const std::string_view name = builtin_word_sets()[i];
          name != measure.default_sets && !measure.queries(sets[i], measure.name).empty())
        names.push_back(name);
    entry["sets"] = names;
  }
  return measures;
}

/// The sets of that name that are built in: a page names no files.
BiasWordSets sets_named(const std::string& name) {
  const auto known = builtin_word_sets();
  if (std::ranges::find(known, name) == known.end()) throw Error("there are no word sets '" + name + "'");
  return read_word_sets(name);
}

Json to_json(const Measurement& row) {
  return {{"set", row.set},
          {"part", row.part},
          {"measure", row.measure},
          {"value", number(row.value)},
          {"interval", equivec::to_json(row.interval)},
          {"known", row.known},
          {"missing", row.missing}};
}

template <class Set>
bool add_named(const std::string& name, const std::vector<Set>& from, std::vector<Set>& to) {
  const auto set = std::ranges::find(from, name, &Set::name);
  if (set == from.end()) return false;
  to.push_back(*set);
  return true;
}

}  // namespace

Answers::Answers(ExploredVectors vectors, std::optional<ExploredVectors> reference, const ExplorerOptions& options,
                 const Reporting& reporting)
    : options_(options),
      spaces_(std::move(vectors), std::move(reference), options),
      places_(places_for(spaces_.vectors(), options, reporting)) {}

void Answers::warm_up(Progress* progress) const {
  const NeighborIndex& index = *spaces_.vectors().index;
  const Eigen::VectorXf word = index.unit(word_id(0));
  const NeighborQuery query{{word.data(), static_cast<std::size_t>(word.size())}, {}};
  index.find(std::span(&query, 1), 1, progress);
}

HttpAnswer Answers::answer(const HttpRequest& request, Progress* progress) const {
  const std::string& path = request.path;
  const CancelScope scope(progress);
  const auto space = [&] { return space_of(request, "space", progress); };
  if (path == "/info") return document(information());
  if (path == "/words") return binary(words());
  if (path == "/complete") return document(complete(request));
  if (path == "/find") return document(found(request));
  if (path == "/neighbors") return document(neighbors(request, progress));
  if (path == "/analogy") return document(analogy(request, progress));
  if (path == "/axis") {
    const auto one = space(), plane = request.parameter("plane") ? space_of(request, "plane", progress) : one;
    const Eigen::VectorXf axis = axis_between(*plane, required(request, "from"), required(request, "to"));
    return binary(octets(cosines_with(*one, spaces_.drawn(), axis, options_.threads, progress)));
  }
  // The rest takes long. One at a time leaves cores for the answers above.
  const std::scoped_lock lock(long_work_);
  check_cancelled(progress);
  if (path == "/map") {
    const auto one = space();
    const auto plane = request.parameter("plane") ? space_of(request, "plane", progress) : one;
    return binary(map(request.parameter("layout").value_or("neighbors"), *one, *plane, progress));
  }
  if (path == "/bias") {
    const auto one = space();
    const auto reference = request.parameter("reference") ? space_of(request, "reference", progress) : nullptr;
    return document(bias(*one, reference == one ? nullptr : reference.get(), required(request, "measure"),
                         required(request, "sets"), progress));
  }
  if (path == "/evaluate") return document(evaluation(request, progress));
  if (path == "/debias") return document(debiasing(request, progress));
  if (path == "/moved") return document(moved(request, progress));
  return http_error(404, "there is nothing of that name");
}

std::shared_ptr<const Space> Answers::space_of(const HttpRequest& request, std::string_view name,
                                               Progress* progress) const {
  return spaces_.find(request.parameter(name).value_or("vectors"), progress);
}

Json Answers::information() const {
  const Embeddings& embeddings = spaces_.vectors().embeddings();
  Json evaluations = Json::array(), layouts = Json::array();
  for (const AnalogySet& set : options_.analogies) evaluations.push_back(set.name);
  for (const SimilaritySet& set : options_.similarities) evaluations.push_back(set.name);
  if (places_) layouts.push_back("neighbors");
  layouts.push_back("pca");
  Json sets = Json::array();
  for (const std::string_view name : builtin_word_sets()) sets.push_back(name);
  return {{"program", "equivec " EQUIVEC_VERSION},
          {"vectors", spaces_.vectors().source},
          {"reference", spaces_.reference() ? Json(spaces_.reference()->source) : Json(nullptr)},
          {"words", embeddings.size()},
          {"dimension", embeddings.dimension()},
          {"drawn", spaces_.drawn()},
          {"mapped", places_ ? std::min(static_cast<std::size_t>(places_->rows()), spaces_.drawn()) : 0},
          {"layouts", layouts},
          {"measures", measures_with_sets()},
          {"sets", sets},
          {"methods", debias_methods_json()},
          {"debias_sets", debias_sets},
          {"evaluations", evaluations}};
}

std::string Answers::words() const {
  const Vocabulary& vocabulary = spaces_.vectors().embeddings().vocabulary();
  const std::size_t count = spaces_.drawn();
  std::vector<std::uint32_t> table = {static_cast<std::uint32_t>(count), 0};
  table.reserve(count + 2);
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) {
    bytes += vocabulary.word(word_id(i));
    if (bytes.size() > std::numeric_limits<std::uint32_t>::max())
      throw Error("the words are longer than 4 GiB; draw fewer");
    table.push_back(static_cast<std::uint32_t>(bytes.size()));
  }
  return octets(table) + bytes;
}

std::string Answers::map(const std::string& layout, const Space& space, const Space& plane, Progress* progress) const {
  const std::size_t drawn = spaces_.drawn();
  std::vector<float> places(2 * drawn, std::numeric_limits<float>::quiet_NaN());
  const auto put = [&](const auto& from) {
    for (std::size_t word = 0; word < drawn; ++word)
      if (const auto row = space.row(word); row && index(*row) < static_cast<std::size_t>(from.rows()))
        for (const int side : {0, 1})
          places[2 * word + static_cast<std::size_t>(side)] =
              static_cast<float>(from(static_cast<Eigen::Index>(index(*row)), side));
  };
  if (layout == "pca") {
    require_dimension(space, plane.embeddings().dimension());
    // A space with the words in another order may have the last of those drawn anywhere.
    const auto words_of = [&](const Space& one) { return one.rows.empty() ? drawn : one.embeddings().size(); };
    const PrincipalPlane both = principal_plane(plane.embeddings(), words_of(plane), options_.threads, progress);
    put(places_in(both, space.embeddings(), words_of(space), options_.threads, progress));
  } else if (layout == "neighbors") {
    const Matrix* own = space.name == "vectors" ? (places_ ? &*places_ : nullptr) : space.embeddings().places();
    if (!own) throw Error(space.source + ": holds no map of neighbours; make one with equivec map");
    put(*own);
  } else {
    throw Error("there is no layout '" + layout + "'; known are neighbors and pca");
  }
  return octets(places);
}

Json Answers::with_ids(Json document, const Space& space, const std::vector<Neighbor>& words) const {
  const Vocabulary& here = space.embeddings().vocabulary();
  const Embeddings& explored = spaces_.vectors().embeddings();
  Json ids = Json::array();
  for (const Neighbor& one : words) {
    std::optional<WordId> id = one.word;
    if (!space.rows.empty()) id = explored.vocabulary().find(here.word(one.word));
    ids.push_back(id && index(*id) < explored.size() ? static_cast<std::int64_t>(index(*id)) : -1);
  }
  document["ids"] = ids;
  return document;
}

Json Answers::neighbors(const HttpRequest& request, Progress* progress) const {
  const auto space = space_of(request, "space", progress);
  const std::string query = required(request, "q");
  const Expression asked = parse_expression(*space->index, query, space->source);
  const std::vector<NeighborQuery> queries = {
      {{asked.vector.data(), static_cast<std::size_t>(asked.vector.size())}, asked.words}};
  const std::vector<Neighbor> found = space->index->find(queries, count_of(request, 10), progress).front();
  return with_ids(neighbors_document(space->embeddings().vocabulary(), query, found), *space, found);
}

Json Answers::analogy(const HttpRequest& request, Progress* progress) const {
  const auto space = space_of(request, "space", progress);
  const Vocabulary& vocabulary = space->embeddings().vocabulary();
  std::vector<std::string> words;
  std::vector<WordId> ids;
  for (const char* const name : {"a", "b", "c"}) {
    words.push_back(required(request, name));
    ids.push_back(require_word(vocabulary, words.back(), space->source));
  }
  const Analogy asked{{{ids[0], ids[1]}}, ids[2]};
  const auto answers = solve(*space->index, std::span(&asked, 1), count_of(request, 10), {}, progress).front();
  return with_ids(analogy_document(vocabulary, joined_words(words), answers), *space, answers);
}

Json Answers::complete(const HttpRequest& request) const {
  const Vocabulary& vocabulary = spaces_.vectors().embeddings().vocabulary();
  const std::string prefix = required(request, "prefix");
  const std::size_t count = prefix.empty() ? 0 : count_of(request, 10);
  Json words = Json::array(), ids = Json::array();
  for (const WordId word : words_beginning(vocabulary, prefix, count)) {
    words.push_back(vocabulary.word(word));
    ids.push_back(index(word));
  }
  return {{"words", words}, {"ids", ids}};
}

Json Answers::found(const HttpRequest& request) const {
  const Embeddings& embeddings = spaces_.vectors().embeddings();
  Json ids = Json::array();
  for (const std::string& word : request.all("word")) {
    const auto id = embeddings.vocabulary().find(word);
    ids.push_back(id && index(*id) < embeddings.size() ? static_cast<std::int64_t>(index(*id)) : -1);
  }
  return {{"ids", ids}};
}

Json Answers::bias(const Space& space, const Space* reference, const std::string& measure, const std::string& sets,
                   Progress* progress) const {
  const std::vector<BiasTask> tasks = plan_bias({measure}, {sets_named(sets)}, {});
  const MeasuredVectors vectors{space.source, space.embeddings(), reference ? reference->source : std::string(),
                                reference ? &reference->embeddings() : nullptr};
  BiasMeasureOptions settings;
  settings.seed = options_.seed;
  settings.threads = options_.threads;
  const BiasTask& task = tasks.front();
  const auto direction = direction_of(task, vectors, false, settings, progress);
  const auto of_reference = direction_of(task, vectors, true, settings, progress);
  std::vector<BiasOutcome> outcomes;
  for (const auto& [one, query] : task.queries)
    outcomes.push_back(outcome_of(*one, query, task.sets, vectors, settings, progress));
  return bias_document(vectors, task, direction, of_reference, outcomes);
}

Json Answers::evaluation(const HttpRequest& request, Progress* progress) const {
  const auto space = space_of(request, "space", progress);
  const std::string name = required(request, "set");
  EvaluationSets sets;
  if (!add_named(name, options_.analogies, sets.analogies) &&
      !add_named(name, options_.similarities, sets.similarities))
    throw Error("there is no evaluation set '" + name + "'");
  EvaluateOptions rules;
  rules.seed = rules.bootstrap.seed = rules.analogies.seed = options_.seed;
  rules.threads = rules.bootstrap.threads = options_.threads;
  EvaluationReport report = evaluate_sets({space->source, space->embeddings()}, {}, sets, rules, progress);
  Json table = Json::array();
  for (const Measurement& row : report.table) table.push_back(to_json(row));
  report.document["table"] = table;
  return report.document;
}

Json Answers::debiasing(const HttpRequest& request, Progress* progress) const {
  const auto space = space_of(request, "space", progress);
  if (!space->debiased) throw Error("'" + space->name + "': expected METHOD:SETS, as in hard:gender");
  const Embeddings& before = spaces_.vectors().embeddings();
  DebiasOptions settings;
  settings.seed = options_.seed;
  settings.threads = options_.threads;
  return summary_json({spaces_.vectors().source,
                       "",
                       "",
                       debias_method(space->name.substr(0, space->name.find(':'))),
                       *space->sets,
                       before,
                       *space->debiased,
                       occupation_bias(before, *space->debiased, *space->sets),
                       occupation_bias(space->embeddings(), *space->debiased, *space->sets),
                       {},
                       {},
                       measuring_options(settings)});
}

Json Answers::moved(const HttpRequest& request, Progress* progress) const {
  const auto before = space_of(request, "before", progress);
  const auto after = spaces_.find(required(request, "after"), progress);
  const std::vector<Neighbor> words =
      moved_words(*before, *after, spaces_.drawn(), count_of(request, 50), options_.threads, progress);
  const Space& vectors = spaces_.vectors();
  Json document = {{"moved", neighbors_document(vectors.embeddings().vocabulary(), "", words)["neighbors"]}};
  return with_ids(std::move(document), vectors, words);
}

}  // namespace equivec
