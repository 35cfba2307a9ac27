#pragma once

#include "equivec/train/training.hpp"

#include <span>
#include <string>
#include <vector>

namespace equivec {

/// The epochs of a training, at least one, and its name in the legend.
struct LossCurve {
  std::string name;
  std::vector<EpochReport> epochs;
};

/// Of training's logs, named after their files. Throws Error as read_training_log().
std::vector<LossCurve> read_loss_curves(std::span<const std::string> logs);
/// With these names if there are any. Throws OptionError unless there is one for each.
std::vector<LossCurve> named(std::vector<LossCurve> curves, std::span<const std::string> names);

/// An <svg> element: mean loss per pair by epoch, a line for each training, and a dashed one for its held-out text if
/// it has one. Throws OptionError if there are no curves, Error if one has no
/// epochs or a loss that is not finite.
std::string loss_plot(std::span<const LossCurve> curves, const std::string& title);

}  // namespace equivec
