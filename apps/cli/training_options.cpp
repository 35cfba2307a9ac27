#include "apps/cli/training_options.hpp"

#include "equivec/base/error.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/table.hpp"

#include <iostream>

using namespace equivec;

CheckpointOptions TrainingFiles::checkpoint_options() const {
  return {.file = checkpoint, .minutes = checkpoint_minutes, .resume = resume};
}

void add_output_options(Options& options, TrainingFiles& files) {
  options
      .add("output,o", files.output.file, "the vectors; .safetensors, .vec, .bin, .txt or .npy names the format", "OUT")
      .required("output");
  add_format_options(options, files.output);
}

void add_start_options(Options& options, TrainingFiles& files) {
  options.add("initialize", files.initialize, "start from these vectors; words they lack are added", "VECTORS")
      .add("checkpoint", files.checkpoint, "keep the state of training there, also when interrupted", "FILE")
      .add("checkpoint-every", files.checkpoint_minutes, "minutes between two checkpoints")
      .add("resume", files.resume, "go on from the checkpoint, if it is there")
      .add("log", files.log, "write the loss of each epoch there, to be plotted", "FILE");
}

void require_checkpoint(const Options& options, const TrainingFiles& files) {
  if (files.checkpoint.empty() && (files.resume || options.given("checkpoint-every")))
    throw OptionError("--resume and --checkpoint-every need --checkpoint FILE");
}

TrainingControl training_control(const TrainingFiles& files, const ConsoleOptions& console, int loss_decimals) {
  TrainingControl control;
  control.checkpoint = files.checkpoint_options();
  control.log = files.log;
  if (files.resume) set_kept_file(files.checkpoint);
  const Reporting reporting = console_reporting(console);
  control.progress = reporting.progress;
  control.on_stage = reporting.on_stage;
  control.on_notice = reporting.on_notice;
  if (!console.quiet)
    control.on_epoch = [number = "%." + std::to_string(loss_decimals) + "f"](const EpochReport& report) {
      std::string line =
          "epoch " + std::to_string(report.epoch) + ": loss " + formatted(number.c_str(), report.loss) + " per pair";
      if (report.validation_loss) line += ", validation " + formatted(number.c_str(), *report.validation_loss);
      remark(line);
    };
  if (!files.initialize.empty()) control.initial = read_embeddings(files.initialize, {}, {}, &progress());
  return control;
}

TrainedVectors train_or_say_what_is_kept(const CheckpointOptions& checkpoint,
                                         const std::function<TrainedVectors()>& train) {
  set_kept_file(checkpoint.file.string());
  try {
    TrainedVectors result = train();
    set_kept_file("");
    return result;
  } catch (const Cancelled&) {
    if (is_first_rank()) say_what_is_kept();
    throw;
  }
}

void remark_trained(const TrainedVectors& trained, const std::string& unit, std::span<const std::string> written) {
  std::string line = "trained " + grouped(trained.trained) + " " + unit;
  if (trained.seconds >= 0.01)  // of less the clock and the start of threads would tell as much as the training
    line += formatted(trained.seconds < 1 ? " in %.2f s (" : " in %.1f s (", trained.seconds) +
            grouped(static_cast<std::uint64_t>(static_cast<double>(trained.trained) / trained.seconds)) + " " + unit +
            "/s)";
  line += "; wrote ";
  for (std::size_t i = 0; i < written.size(); ++i) line += (i == 0 ? "" : " and ") + written[i];
  remark(line);
}

std::vector<std::string> named_outputs(std::span<const std::string> files) {
  std::vector<std::string> named;
  for (const std::string& file : files)
    if (!file.empty()) named.push_back(file);
  return named;
}

void show_tables(std::span<const TableSize> tables) {
  const auto line = [](const std::string& name, std::uint64_t bytes) {
    const std::string number = grouped(bytes);
    std::cout << std::string(15 - std::min<std::size_t>(number.size(), 15), ' ') << number << " bytes  " << name
              << '\n';
  };
  for (const TableSize& table : tables) line(table.name, table.bytes);
  line("in all", total_bytes(tables));
}
