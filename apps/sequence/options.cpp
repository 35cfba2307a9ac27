#include "apps/sequence/options.hpp"

using namespace equivec;

SequenceModelOptions model_defaults(SequenceTask task) {
  SequenceModelOptions model;
  if (task == SequenceTask::language_model) model.hidden = 256, model.dropout = 0.2;
  if (task == SequenceTask::translate) model.dropout = 0.1;
  return model;
}

void add_column_options(Options& options, SequenceReadOptions& reading) {
  options.add("word-column", reading.word_column, "of the word, from 1; 0: 2 of CoNLL-U, else the first")
      .add("tag-column", reading.tag_column, "of the tag, from 1; 0: 4 of CoNLL-U, else the last");
}

void add_beam_options(Options& options, BeamOptions& beam) {
  options.add("beam", beam.width, "beginnings of a target that are pursued at once; 1: the greedy search")
      .add("length-exponent", beam.length_exponent, "ln P of a target is divided by its length to this power");
}

void add_sequence_options(Options& options, SequenceTask task, SequenceModelOptions& model,
                          SequenceTrainingOptions& training, SequenceReadOptions& reading) {
  options.add_named("use", model.use, vector_uses, "vectors stay frozen, are tuned along, or are random")
      .add("dimension", model.dimension, "of random vectors, and of a target's units");
  if (task != SequenceTask::tag) options.add_named("units", model.units, sequence_units, "words or characters");
  if (task == SequenceTask::tag) add_column_options(options, reading);
  options.add("longest", reading.longest, "units of an example at most")
      .add_named("cell", model.cell, cell_kinds, "rnn, gru, simplified-gru, lstm or peephole-lstm")
      .add("hidden", model.hidden, "numbers of a state, of each direction")
      .add("layers", model.layers, "of recurrent cells")
      .add("dropout", model.dropout, "of vectors, states and between layers");
  if (task != SequenceTask::language_model)
    options.add_choice("bidirectional", model.bidirectional, "texts are read in both directions");
  if (task == SequenceTask::classify)
    options.add_named("pooling", model.pooling, poolings, "states of all words to one: last, mean or maximum");
  if (task == SequenceTask::tag) options.add("crf", model.crf, "tags depend on the tags beside them");
  if (task == SequenceTask::translate)
    options.add_named("encoder", model.encoder, sequence_encoders, "attention, or the mean of the source's vectors");
  if (task == SequenceTask::language_model || task == SequenceTask::translate)
    options.add("vocabulary", model.vocabulary, "most frequent units that can come next");
  options
      .add_named("character-encoder", model.character_encoder, character_encoder_kinds,
                 "words also as characters: none, convolution or lstm")
      .add("character-dimension", model.character_dimension, "of a character's vector")
      .add("character-outputs", model.character_outputs, "of a word's vector from its characters")
      .add("epochs,epoch", training.epochs, "at most")
      .add("patience", training.patience, "epochs without a better development score, then it ends")
      .add("batch,batch-size", training.batch, "examples of a step")
      .add("learning-rate,lr", training.learning_rate, "of Adam, at first")
      .add_named("schedule", training.schedule, learning_rate_schedules,
                 "plateau: it is halved after an epoch without a better score; linear: it falls to 0")
      .add("clip", training.clip, "longest gradient; 0: any");
  if (task == SequenceTask::language_model)
    options.add("truncate", training.truncate, "units through which a gradient goes back");
  options.add("seed", training.seed, "of all that is drawn").add("threads,thread", training.threads, "0: all cores");
}
