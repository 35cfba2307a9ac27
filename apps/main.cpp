#include "apps/cli/command.hpp"
#include "apps/cli/program.hpp"

#include <array>

namespace {

/// The table of commands. A new one is a file of commands/ and a line here.
constexpr std::array commands = {
    Command{"train skipgram", "learn word vectors from text (word2vec's skip-gram)", run_train_skipgram},
    Command{"train cbow", "learn word vectors from text (word2vec's CBOW)", run_train_cbow},
    Command{"word2vec", "the same with the command line of word2vec.c", run_word2vec},
    Command{"train glove", "learn word vectors from text (GloVe)", run_train_glove},
    Command{"cooccur", "count how often words stand near each other, for GloVe", run_cooccur},
    Command{"vocab", "count the words of a text", run_vocab},
    Command{"phrases", "find words that are read as one, as new_york", run_phrases},
    Command{"tokenize", "show the words of a text as the options make them", run_tokenize},
    Command{"index", "link words with near ones, so that neighbors are found in less time", run_index},
    Command{"neighbors", "the words most similar to a word", run_neighbors},
    Command{"analogy", "A is to B as C is to ... ?", run_analogy},
    Command{"similarity", "how similar two words are", run_similarity},
    Command{"outlier", "which word does not belong with the others", run_outlier},
    Command{"shell", "ask vectors at a prompt", run_shell},
    Command{"eval", "score vectors, or compare two, on sets of analogies, similarities and more", run_eval},
    Command{"bias", "measure bias: its direction, and how far words lie along it", run_bias},
    Command{"debias", "remove bias, with a report of before and after", run_debias},
    Command{"transform", "centre, normalize, whiten, rotate, take out or keep principal directions", run_transform},
    Command{"align", "turn one space so that its words lie near those of another", run_align},
    Command{"drift", "which words have changed between two spaces, by more than chance", run_drift},
    Command{"stability", "how far words are from where they are in other trainings", run_stability},
    Command{"merge", "make one space of several: side by side, by their mean, or cut by SVD", run_merge},
    Command{"retrofit", "fit vectors to a lexicon: synonyms come nearer, antonyms go apart", run_retrofit},
    Command{"map", "a place in the plane for each word", run_map},
    Command{"explore", "a page on which to look at vectors, in the browser", run_explore},
    Command{"plot", "a picture of words, groups and axes", run_plot},
    Command{"encode", "a vector for each text: the mean of its words'", run_encode},
    Command{"probe", "train a text classifier on vectors, to see what they are worth to a model", run_probe},
    Command{"sequence", "models of sequences that read vectors: classify, tag, predict, translate", run_sequence, true},
    Command{"convert", "from one file format to another", run_convert},
    Command{"info", "what a file of vectors is and how it was made", run_info},
    Command{"completions", "a shell's completions: commands, options, values, words of vectors", run_completions},
};

constexpr std::string_view about =
    "Word embeddings: from text to vectors, answers, measured and removed bias, files for other software.\n";
constexpr std::string_view remarks =
    "Results go to standard output, all else to standard error; --json makes an answer one JSON document.\n";

}  // namespace

int main(int argc, char** argv) {
  return run_program({.name = "equivec",
                      .called = "equivec",
                      .usage = "equivec COMMAND ARGUMENTS [options]",
                      .summary = "word embeddings: training, answers, evaluation, bias and its removal",
                      .about = about,
                      .commands = commands,
                      .remarks = remarks},
                     argc, argv);
}
