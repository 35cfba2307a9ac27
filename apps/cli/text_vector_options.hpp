#pragma once

#include "equivec/downstream/mean_vectors.hpp"

#include "apps/cli/options.hpp"

/// --weighting, --a, --remove and --normalize.
void add_text_vector_options(Options& options, equivec::MeanVectorOptions& texts);
