#include "src/sequence/trainer.hpp"

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/output_file.hpp"
#include "src/sequence/named_tensors.hpp"

#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adam.h>
#include <torch/utils.h>

#include <cmath>
#include <limits>
#include <map>
#include <utility>

namespace equivec {

namespace {

/// Values that a training goes on from, beside tensors.
struct TrainingState {
  int epoch = 0;         ///< done
  int worse_epochs = 0;  ///< since the best
  double best_score = -std::numeric_limits<double>::infinity();
  double learning_rate = 0;
  std::int64_t steps = 0;
};

class NetworkTraining {
 public:
  NetworkTraining(const SequenceTraining& training, const SequenceTrainingOptions& options,
                  const SequenceTrainingControl& control)
      : training_(training),
        options_(options),
        control_(control),
        parameters_(parameters_of(training.network)),
        optimizer_(training.network.parameters(), torch::optim::AdamOptions(options.learning_rate)) {
    state_.learning_rate = options.learning_rate;
    for (const auto& [name, parameter] : parameters_) {
      best_.emplace_back(name, parameter.detach().clone());
      first_moments_.emplace_back(name, torch::zeros_like(parameter));
      second_moments_.emplace_back(name, torch::zeros_like(parameter));
    }
    if (control.resume && std::filesystem::exists(control.checkpoint)) resume();
  }

  void run() {
    Progress* const progress = control_.progress;
    for (int epoch = state_.epoch + 1; epoch <= options_.epochs; ++epoch) {
      if (state_.worse_epochs >= options_.patience) break;
      const double loss = train_epoch(epoch);
      const double score = evaluated();
      const bool is_best = score > state_.best_score;
      if (is_best) {
        state_.best_score = score, state_.worse_epochs = 0;
        copy(parameters_, best_);
      } else if (state_.best_score != 0) {  // where names are rare, none is found in the first epochs
        if (options_.schedule == LearningRateSchedule::plateau) state_.learning_rate /= 2;
        ++state_.worse_epochs;
      }
      state_.epoch = epoch;
      if (!control_.checkpoint.empty()) write_checkpoint();
      if (control_.on_epoch) control_.on_epoch({epoch, loss, score, is_best});
      if (progress && progress->enough) break;
    }
    copy(best_, parameters_);
    training_.network.eval();
  }

 private:
  static void copy(const NamedTensors& from, const NamedTensors& to) {
    const torch::NoGradGuard no_gradient;
    for (std::size_t i = 0; i < from.size(); ++i) to[i].second.copy_(from[i].second);
  }

  double train_epoch(int epoch) {
    // What is drawn depends on the seed and the epoch alone, so that a training may go on from a checkpoint.
    torch::manual_seed(Rng(options_.seed, static_cast<std::uint64_t>(epoch))());
    Rng rng(options_.seed, static_cast<std::uint64_t>(epoch));
    training_.network.train();
    const std::vector<SequenceBatch> batches =
        training_.network.batches(training_.examples, static_cast<std::size_t>(options_.batch), &rng);
    Progress* const progress = control_.progress;
    const auto all = static_cast<std::uint64_t>(batches.size());
    if (progress && progress->total == 0) start(progress, all * static_cast<std::uint64_t>(options_.epochs));
    if (progress) progress->done = all * static_cast<std::uint64_t>(epoch - 1);
    double loss = 0, items = 0;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      const SequenceBatch& batch = batches[i];
      check_cancelled(progress);
      if (options_.schedule == LearningRateSchedule::linear)
        state_.learning_rate = options_.learning_rate *
                               (1 - (epoch - 1 + static_cast<double>(i) / static_cast<double>(all)) / options_.epochs);
      set_learning_rate();
      const SequenceNetwork::Loss step = training_.network.loss(training_.examples, batch);
      const double mean = step.mean.item<double>();
      if (!std::isfinite(mean))
        throw Error("in epoch " + std::to_string(epoch) + " the loss is no longer finite, at learning rate " +
                    shortest(state_.learning_rate) + "; take a smaller --learning-rate or --clip");
      optimizer_.zero_grad();
      step.mean.backward();
      if (options_.clip > 0) torch::nn::utils::clip_grad_norm_(training_.network.parameters(), options_.clip);
      optimizer_.step();
      ++state_.steps;
      loss += mean * step.items, items += step.items;
      if (!progress) continue;
      ++progress->done;
      progress->loss = static_cast<float>(mean);
      progress->learning_rate = static_cast<float>(state_.learning_rate);
    }
    return loss / items;
  }

  double evaluated() {
    training_.network.eval();
    const torch::NoGradGuard no_gradient;
    return training_.development_score();
  }

  void set_learning_rate() {
    for (auto& group : optimizer_.param_groups())
      static_cast<torch::optim::AdamOptions&>(group.options()).lr(state_.learning_rate);
  }

  torch::optim::AdamParamState* moments_of(const torch::Tensor& parameter) {
    const auto found = optimizer_.state().find(c10::guts::to_string(parameter.unsafeGetTensorImpl()));
    return found == optimizer_.state().end() ? nullptr
                                             : static_cast<torch::optim::AdamParamState*>(found->second.get());
  }

  std::map<std::string, std::string> metadata() const {
    return {{"sequence_checkpoint", training_.description},         {"epoch", std::to_string(state_.epoch)},
            {"worse_epochs", std::to_string(state_.worse_epochs)},  {"best_score", shortest(state_.best_score)},
            {"next_learning_rate", shortest(state_.learning_rate)}, {"steps", std::to_string(state_.steps)}};
  }

  void write_checkpoint() {
    const torch::NoGradGuard no_gradient;
    for (std::size_t i = 0; i < parameters_.size(); ++i)
      if (const torch::optim::AdamParamState* moments = moments_of(parameters_[i].second)) {
        first_moments_[i].second.copy_(moments->exp_avg());
        second_moments_[i].second.copy_(moments->exp_avg_sq());
      }
    std::vector<Tensor> tensors;
    for (const auto& [prefix, from] : parts())
      for (Tensor& tensor : file_tensors(*from, prefix)) tensors.push_back(std::move(tensor));
    OutputFiles files;
    write_safetensors(files.open(control_.checkpoint), tensors, metadata(), tensors[0].name, nullptr);
    files.commit();
  }

  std::vector<std::pair<std::string_view, const NamedTensors*>> parts() const {
    return {{"parameter.", &parameters_},
            {"best.", &best_},
            {"first_moment.", &first_moments_},
            {"second_moment.", &second_moments_}};
  }

  void resume() {
    const std::string file = control_.checkpoint.string();
    const MappedFile mapped(control_.checkpoint);
    if (!is_safetensors(mapped.bytes()))
      throw Error(file + ": is no checkpoint; name another file, or leave --resume out");
    const SafetensorsContent content = parse_safetensors(mapped.bytes(), file);
    const auto value = [&](const char* name) {
      const auto found = content.metadata.find(name);
      if (found == content.metadata.end())
        throw Error(file + ": is no checkpoint of a sequence model; name another file, or leave --resume out");
      return found->second;
    };
    if (value("sequence_checkpoint") != training_.description)
      throw Error(file + ": is a checkpoint of other settings or texts; give those, or leave --resume out");
    const auto number = [&](const char* name) {
      const auto parsed = parse_number<double>(value(name));
      if (!parsed) throw Error(file + ": the metadata's '" + std::string(name) + "' is no number; the file is damaged");
      return *parsed;
    };
    state_ = {static_cast<int>(number("epoch")), static_cast<int>(number("worse_epochs")), number("best_score"),
              number("next_learning_rate"), static_cast<std::int64_t>(number("steps"))};
    for (const auto& [prefix, to] : parts()) copy_from_file(content, prefix, file, *to);
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      auto moments = std::make_unique<torch::optim::AdamParamState>();
      moments->step(state_.steps);
      moments->exp_avg(first_moments_[i].second.clone());
      moments->exp_avg_sq(second_moments_[i].second.clone());
      optimizer_.state()[c10::guts::to_string(parameters_[i].second.unsafeGetTensorImpl())] = std::move(moments);
    }
  }

  const SequenceTraining& training_;
  const SequenceTrainingOptions& options_;
  const SequenceTrainingControl& control_;
  TrainingState state_;
  NamedTensors parameters_, best_, first_moments_, second_moments_;
  torch::optim::Adam optimizer_;
};

}  // namespace

void train_network(const SequenceTraining& training, const SequenceTrainingOptions& options,
                   const SequenceTrainingControl& control) {
  NetworkTraining(training, options, control).run();
}

}  // namespace equivec
