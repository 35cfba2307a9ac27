#pragma once

#include "apps/cli/command.hpp"

// One file each, entered in the table of main.cpp.
int run_train_classify(std::span<const std::string> arguments);
int run_train_tag(std::span<const std::string> arguments);
int run_train_language_model(std::span<const std::string> arguments);
int run_train_translate(std::span<const std::string> arguments);
int run_sequence_evaluate(std::span<const std::string> arguments);
int run_predict(std::span<const std::string> arguments);
int run_sample(std::span<const std::string> arguments);
int run_sequence_compare(std::span<const std::string> arguments);
