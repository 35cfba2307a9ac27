#include "equivec/bias/ripa.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/bias/association_lists.hpp"
#include "src/bias/query.hpp"
#include "src/math/principal_directions.hpp"

#include <cmath>

namespace equivec {

namespace {

/// The word's vector, not scaled. Throws Error if it is not finite.
Eigen::VectorXd vector_of(const Embeddings& embeddings, WordId word) {
  Eigen::VectorXd vector = column(embeddings[word]).cast<double>();
  if (!vector.allFinite()) throw Error("the vector of " + named(embeddings.vocabulary(), word) + " is not finite");
  return vector;
}

/// The first right-singular vector of the differences, with their sum on its positive side.
Eigen::VectorXd principal_direction(const Vectors& differences) {
  Eigen::MatrixXd rows(static_cast<Eigen::Index>(differences.size()), differences.front().size());
  for (std::size_t i = 0; i < differences.size(); ++i)
    rows.row(static_cast<Eigen::Index>(i)) = differences[i].transpose();
  const Eigen::VectorXd direction = principal_directions(rows).directions.col(0);
  return direction.dot(rows.colwise().sum()) < 0 ? Eigen::VectorXd(-direction) : direction;
}

}  // namespace

RelationalAssociation relational_association(const Embeddings& embeddings, const AssociationQuery& query) {
  require_lists("RIPA", query, {2, 1});
  require_different(embeddings.vocabulary(), "attribute", query.attributes);
  const std::size_t pairs = query.targets[0].size();
  if (pairs != query.targets[1].size())
    throw Error("RIPA takes pairs of targets, so both lists need as many words, got " + std::to_string(pairs) +
                " and " + std::to_string(query.targets[1].size()));

  Vectors differences, directions;
  for (std::size_t i = 0; i < pairs; ++i) {
    differences.push_back(vector_of(embeddings, query.targets[0][i]) - vector_of(embeddings, query.targets[1][i]));
    const double length = differences.back().norm();
    if (!(length > 0))
      throw Error(named(embeddings.vocabulary(), query.targets[0][i]) + " and " +
                  named(embeddings.vocabulary(), query.targets[1][i]) +
                  " have the same vector, which gives no direction");
    directions.push_back(differences.back() / length);
  }
  const Eigen::VectorXd principal = principal_direction(differences);

  RelationalAssociation result{};
  for (std::size_t i = 0; i < query.attributes[0].size(); ++i) {
    const Eigen::VectorXd attribute = vector_of(embeddings, query.attributes[0][i]);
    std::vector<double> values;
    RelationalAssociation::Word word{0, 0, attribute.dot(principal)};
    for (const Eigen::VectorXd& direction : directions) values.push_back(attribute.dot(direction));
    for (const double value : values) word.mean += value / static_cast<double>(pairs);
    for (const double value : values) word.deviation += (value - word.mean) * (value - word.mean);
    word.deviation = std::sqrt(word.deviation / static_cast<double>(pairs));
    result.mean += word.mean;
    result.principal += word.principal;
    result.words.push_back(word);
  }
  result.mean /= static_cast<double>(result.words.size());
  result.principal /= static_cast<double>(result.words.size());
  return result;
}

namespace {

void run_ripa(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const BiasQuery& query = query_of(input);
  const Vocabulary& vocabulary = input.embeddings.vocabulary();
  const ResolvedPairs pairs = resolve_pairs(vocabulary, query.targets[0], query.targets[1], input.cased);
  for (const auto& pair : pairs.dropped) result.missing.push_back(pair[0] + "/" + pair[1]);
  AssociationQuery lists{{{}, {}}, {words_of(input, query.attributes[0], result)}};
  for (std::size_t i = 0; i < pairs.first.size(); ++i) {
    bool usable = true;
    for (const WordId word : {pairs.first[i], pairs.second[i]})
      if (!column(input.embeddings[word]).allFinite()) {
        result.without_direction.push_back(text_of(vocabulary, word));
        usable = false;
      }
    if (!usable) continue;
    lists.targets[0].push_back(pairs.first[i]);
    lists.targets[1].push_back(pairs.second[i]);
  }
  if (lists.targets[0].empty())
    throw Error("no pair of '" + query.target_names[0] + "' and '" + query.target_names[1] + "' is in the vocabulary");
  if (lists.attributes[0].empty())
    throw Error("no word of the list '" + query.attribute_names[0] +
                "' is in the vocabulary with a finite vector that is not zero");
  const RelationalAssociation found = relational_association(input.embeddings, lists);
  result.value = found.mean;
  result.words = lists.attributes[0].size();
  result.figures = {{"principal", found.principal}};
  result.counts = {{"pairs", lists.targets[0].size()}};
  result.columns = {"mean", "deviation", "principal"};
  std::vector<double> means;
  for (std::size_t i = 0; i < found.words.size(); ++i) {
    const RelationalAssociation::Word& word = found.words[i];
    means.push_back(word.mean);
    result.rows.push_back({{text_of(vocabulary, lists.attributes[0][i])}, {word.mean, word.deviation, word.principal}});
  }
  result.interval = mean_interval(means, input.options);
  result.conventions = {{"value", "mean of attributes and pairs; positive: nearer to the first targets"},
                        {"principal", "with the principal direction of the pairs"},
                        {"vectors", "with their lengths"},
                        {"pair", "words at the same place of both lists"},
                        {"interval", "bootstrap of the attributes"}};
}

}  // namespace

constinit const BiasMeasure ripa_measure = {.name = "ripa",
                                            .title = "relational inner product association",
                                            .paper = "Ethayarajh, Duvenaud and Hirst 2019",
                                            .takes = "2 lists of targets that are pairs, 1 of attributes",
                                            .range = "that of the vectors' lengths",
                                            .better = "nearer to 0",
                                            .unbiased = 0,
                                            .default_sets = "gender",
                                            .has_direction = false,
                                            .queries = queries_with<2, 1>,
                                            .run = run_ripa};

}  // namespace equivec
