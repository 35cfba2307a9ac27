#pragma once

/// Stands before the name of the namespace in every public header: what is declared there can be linked from
/// libequivec.so, which hides all else. Compilers that know no visibility of symbols skip it.
#if defined(__GNUC__)
#define EQUIVEC_EXPORT [[gnu::visibility("default")]]
#else
#define EQUIVEC_EXPORT
#endif
