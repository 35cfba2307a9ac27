#include "src/sequence/crf.hpp"

#include "equivec/base/error.hpp"

#include <algorithm>

namespace equivec {

namespace {

/// The score of what is forbidden: its exp is 0 in the sums, whose gradients stay finite, as infinity's would not; and
/// it is far from the ends of float even after many steps.
constexpr double forbidden_score = -1e30;

torch::Tensor or_all_of(const torch::Tensor& lengths, const torch::Tensor& emissions) {
  return lengths.defined() ? lengths : torch::full({emissions.size(0)}, emissions.size(1), torch::kInt64);
}

void check_emissions(const torch::Tensor& emissions, const torch::Tensor& lengths, std::int64_t tags) {
  TORCH_CHECK(emissions.dim() == 3 && emissions.size(0) > 0 && emissions.size(1) > 0 && emissions.size(2) == tags,
              "emissions must be batch x time x ", tags, ", not ", emissions.sizes());
  TORCH_CHECK(lengths.dim() == 1 && lengths.size(0) == emissions.size(0) && lengths.dtype() == torch::kInt64 &&
                  lengths.device().is_cpu() && lengths.min().item<std::int64_t>() >= 1 &&
                  lengths.max().item<std::int64_t>() <= emissions.size(1),
              "there must be one length for each sequence, int64, on the CPU, between 1 and ", emissions.size(1));
}

void check_rules(const TagRules& rules, std::int64_t tags) {
  const auto check = [&](const torch::Tensor& forbidden, torch::IntArrayRef shape) {
    if (!forbidden.defined()) return;
    if (forbidden.sizes() != shape || forbidden.dtype() != torch::kBool)
      throw Error("crf: rules must be made for its " + std::to_string(tags) + " tags, as booleans");
    if (forbidden.all(-1).any().item<bool>()) throw Error("crf: the rules allow no tag at all at some step");
  };
  check(rules.forbidden_starts, {tags});
  check(rules.forbidden_transitions, {tags, tags});
}

/// The first step whose tag must not stand there, or as many as there are. Throws c10::Error if a tag is none.
std::size_t first_broken(const TagRules& rules, std::span<const std::int64_t> tags, std::int64_t count) {
  const bool* const starts = rules.forbidden_starts.defined() ? rules.forbidden_starts.data_ptr<bool>() : nullptr;
  const bool* const moves =
      rules.forbidden_transitions.defined() ? rules.forbidden_transitions.data_ptr<bool>() : nullptr;
  for (std::size_t t = 0; t < tags.size(); ++t) {
    TORCH_CHECK(tags[t] >= 0 && tags[t] < count, "a tag must be between 0 and ", count - 1);
    if (t == 0 ? starts && starts[tags[0]] : moves && moves[tags[t - 1] * count + tags[t]]) return t;
  }
  return tags.size();
}

/// Throws c10::Error if a tag is none, Error if tags of some sequence break the rules.
void check_tags(const TagRules& rules, const torch::Tensor& tags, const torch::Tensor& lengths, std::int64_t count) {
  const torch::Tensor here = tags.cpu().contiguous();
  for (std::int64_t b = 0; b < here.size(0); ++b) {
    const std::span row(here.data_ptr<std::int64_t>() + b * here.size(1),
                        static_cast<std::size_t>(lengths[b].item<std::int64_t>()));
    const std::size_t broken = first_broken(rules, row, count);
    if (broken < row.size())
      throw Error("crf: the tag of step " + std::to_string(broken + 1) + " of sequence " + std::to_string(b + 1) +
                  " must not stand there by the rules of its tags; mend the tags, or use no rules");
  }
}

/// The logarithm of the sum of exp of the scores of all tags: batch. The forward algorithm; steps beyond an end are
/// computed too and not used.
torch::Tensor log_partition(const torch::Tensor& emissions, const torch::Tensor& lengths, const torch::Tensor& start,
                            const torch::Tensor& transitions, const torch::Tensor& end) {
  const std::vector<torch::Tensor> steps = emissions.unbind(1);
  const torch::Tensor by_target = transitions.t().unsqueeze(0);  // 1 x to x from
  torch::Tensor scores = start + steps[0];
  std::vector<torch::Tensor> all = {scores};
  for (std::size_t t = 1; t < steps.size(); ++t) {
    scores = torch::logsumexp(scores.unsqueeze(1) + by_target, 2) + steps[t];
    all.push_back(scores);
  }
  const torch::Tensor batch = torch::arange(emissions.size(0), emissions.device());
  const torch::Tensor last = torch::stack(all).index({lengths.to(emissions.device()) - 1, batch});
  return torch::logsumexp(last + end, 1);
}

/// The score of the tags given: batch.
torch::Tensor tags_score(const torch::Tensor& emissions, const torch::Tensor& tags, const torch::Tensor& lengths,
                         const torch::Tensor& start, const torch::Tensor& transitions, const torch::Tensor& end) {
  const torch::Tensor device_lengths = lengths.to(emissions.device()).unsqueeze(1);
  const torch::Tensor outside = torch::arange(emissions.size(1), emissions.device()).unsqueeze(0) >= device_lengths;
  const torch::Tensor known = tags.masked_fill(outside, 0);
  const torch::Tensor emitted = emissions.gather(2, known.unsqueeze(2)).squeeze(2).masked_fill(outside, 0).sum(1);
  const torch::Tensor moved = transitions.index({known.slice(1, 0, -1), known.slice(1, 1)});
  const torch::Tensor last = known.gather(1, device_lengths - 1).squeeze(1);
  return start.index({known.select(1, 0)}) + emitted + moved.masked_fill(outside.slice(1, 1), 0).sum(1) +
         end.index({last});
}

using Scores = torch::TensorAccessor<double, 1>;

/// Viterbi's algorithm on one sequence: time x tags.
std::vector<std::int64_t> best_tags(torch::TensorAccessor<double, 2> emissions, std::int64_t length, Scores start,
                                    torch::TensorAccessor<double, 2> transitions, Scores end) {
  const std::int64_t tags = start.size(0);
  const auto count = static_cast<std::size_t>(tags), steps = static_cast<std::size_t>(length);
  std::vector<double> scores(count), next(count);
  std::vector<std::int64_t> from(count * steps);
  for (std::int64_t j = 0; j < tags; ++j) scores[static_cast<std::size_t>(j)] = start[j] + emissions[0][j];
  for (std::int64_t t = 1; t < length; ++t) {
    for (std::int64_t j = 0; j < tags; ++j) {
      std::int64_t best = 0;
      const auto score = [&](std::int64_t i) { return scores[static_cast<std::size_t>(i)] + transitions[i][j]; };
      for (std::int64_t i = 1; i < tags; ++i)
        if (score(i) > score(best)) best = i;
      next[static_cast<std::size_t>(j)] = score(best) + emissions[t][j];
      from[static_cast<std::size_t>(t * tags + j)] = best;
    }
    std::swap(scores, next);
  }
  for (std::int64_t j = 0; j < tags; ++j) scores[static_cast<std::size_t>(j)] += end[j];
  std::vector<std::int64_t> result(steps);
  result.back() = std::ranges::max_element(scores) - scores.begin();
  for (std::size_t t = steps - 1; t > 0; --t) result[t - 1] = from[t * count + static_cast<std::size_t>(result[t])];
  return result;
}

}  // namespace

bool bio_allows(std::string_view before, std::string_view tag) {
  return !tag.starts_with("I-") ||
         ((before.starts_with("B-") || before.starts_with("I-")) && before.substr(1) == tag.substr(1));
}

TagRules bio_rules(const std::vector<std::string>& tags) {
  const auto count = static_cast<std::int64_t>(tags.size());
  TagRules rules{torch::zeros({count}, torch::kBool), torch::zeros({count, count}, torch::kBool)};
  for (std::int64_t j = 0; j < count; ++j) {
    const std::string& tag = tags[static_cast<std::size_t>(j)];
    rules.forbidden_starts[j] = !bio_allows("", tag);
    for (std::int64_t i = 0; i < count; ++i)
      rules.forbidden_transitions[i][j] = !bio_allows(tags[static_cast<std::size_t>(i)], tag);
  }
  return rules;
}

CrfImpl::CrfImpl(std::int64_t tags, const TagRules& rules) : tags_(tags), rules_(rules) {
  require_at_least("tags", static_cast<double>(tags), 1);
  check_rules(rules, tags);
  for (torch::Tensor* rule : {&rules_.forbidden_starts, &rules_.forbidden_transitions})
    if (rule->defined()) *rule = rule->cpu().contiguous();
  start_ = register_parameter("start", torch::empty({tags}).uniform_(-0.1, 0.1));
  end_ = register_parameter("end", torch::empty({tags}).uniform_(-0.1, 0.1));
  transitions_ = register_parameter("transitions", torch::empty({tags, tags}).uniform_(-0.1, 0.1));
}

torch::Tensor CrfImpl::starts() const {
  if (!rules_.forbidden_starts.defined()) return start_;
  return start_.masked_fill(rules_.forbidden_starts.to(start_.device()), forbidden_score);
}

torch::Tensor CrfImpl::transitions() const {
  if (!rules_.forbidden_transitions.defined()) return transitions_;
  return transitions_.masked_fill(rules_.forbidden_transitions.to(transitions_.device()), forbidden_score);
}

bool CrfImpl::allows(std::span<const std::int64_t> tags) const {
  return first_broken(rules_, tags, tags_) == tags.size();
}

torch::Tensor CrfImpl::log_likelihood(const torch::Tensor& emissions, const torch::Tensor& tags,
                                      const torch::Tensor& lengths) {
  const torch::Tensor ends = or_all_of(lengths, emissions);
  check_emissions(emissions, ends, tags_);
  TORCH_CHECK(tags.sizes() == emissions.sizes().slice(0, 2) && tags.dtype() == torch::kInt64,
              "there must be one tag for each step, int64");
  check_tags(rules_, tags, ends, tags_);
  const torch::Tensor start = starts(), moves = transitions();
  return tags_score(emissions, tags, ends, start, moves, end_) - log_partition(emissions, ends, start, moves, end_);
}

std::vector<std::vector<std::int64_t>> CrfImpl::decode(const torch::Tensor& emissions, const torch::Tensor& lengths) {
  const torch::NoGradGuard no_gradients;
  const torch::Tensor ends = or_all_of(lengths, emissions);
  check_emissions(emissions, ends, tags_);
  const auto plain = [](const torch::Tensor& scores) { return scores.to(torch::kCPU, torch::kDouble); };
  const torch::Tensor values = plain(emissions), start = plain(starts()), moves = plain(transitions()),
                      end = plain(end_);
  std::vector<std::vector<std::int64_t>> result;
  for (std::int64_t b = 0; b < values.size(0); ++b)
    result.push_back(best_tags(values.accessor<double, 3>()[b], ends[b].item<std::int64_t>(),
                               start.accessor<double, 1>(), moves.accessor<double, 2>(), end.accessor<double, 1>()));
  return result;
}

}  // namespace equivec
