#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <optional>

namespace EQUIVEC_EXPORT equivec {

/// Indirect bias beta (Bolukbasi et al. 2016, section 5.3): the share of the inner product of w and v, scaled to length
/// 1, that comes from the subspace,
///     (w.v - w'.v' / (|w'| |v'|)) / w.v,
/// where w' and v' are the parts outside. From 0, if nothing does, to 1, if all does, but outside of that too, and
/// without bound where w.v is near 0. Empty if w.v is 0 to 1e-12, or if w' or v' are to 1e-6.
std::optional<double> indirect_bias(const Embeddings& embeddings, const BiasSubspace& subspace, WordId w, WordId v);

}  // namespace equivec
