#pragma once

/// EQUIVEC_EXPORT stands before the name of the namespace in every public header: what is declared there can be linked
/// from libequivec.so, which hides all else. EQUIVEC_HIDDEN stands before the names of classes that public headers only
/// mention. Compilers that know no visibility of symbols skip both.
#if defined(__GNUC__)
#define EQUIVEC_EXPORT [[gnu::visibility("default")]]
#define EQUIVEC_HIDDEN [[gnu::visibility("hidden")]]
#else
#define EQUIVEC_EXPORT
#define EQUIVEC_HIDDEN
#endif
