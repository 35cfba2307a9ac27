#pragma once

/// Instruction sets for which no kernels are compiled: SVE, whose vectors have no fixed size, and later variants of
/// AVX-512, which bring no benefit over the first. Slow builds (sanitizers) may disable more.
#ifndef EQUIVEC_MORE_DISABLED_TARGETS
#define EQUIVEC_MORE_DISABLED_TARGETS 0
#endif
#define EQUIVEC_DISABLED_TARGETS \
  (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_AVX3_DL | EQUIVEC_MORE_DISABLED_TARGETS)
