#pragma once

#include "equivec/math/statistics.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace equivec {

/// A distance that only chance made, of a word so frequent.
struct NullDistance {
  double frequency, distance;
};

/// What chance gives at each frequency: null distances are put into bands of frequency, of as many each; their median
/// and scale, the distance from there to the quantile .8413 (one standard deviation of a normal distribution), are
/// interpolated between the bands. Divided by the scale, what is above the median is taken to be distributed alike at
/// all frequencies.
class NullDistribution {
 public:
  /// Takes one distance at least.
  explicit NullDistribution(std::vector<NullDistance> distances);

  double expected(double frequency) const { return at(frequency).median; }
  /// (distance - expected) / scale.
  double excess(double frequency, double distance) const;
  /// (r + 1) / (n + 1), where r of the n null distances have at least this excess (Davison and Hinkley 1997, chapter
  /// 4).
  double p_value(double excess) const;
  /// The ends between which the word's median lies if its distance scatters about it as null distances do.
  Interval interval(double frequency, double distance, double confidence) const;

 private:
  struct Band {
    double frequency, median, scale;
  };
  Band at(double frequency) const;

  std::vector<Band> bands_;       // ascending in frequency
  std::vector<double> excesses_;  // ascending
};

}  // namespace equivec
