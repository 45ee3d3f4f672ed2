#pragma once

#include <cstdint>

#include "tools/program/option_values.hpp"

namespace walbench::tools {

/// In what shape a program that writes no files tells what it found.
enum class PrintFormat : std::uint8_t { table, markdown, json };

inline Reader<PrintFormat> print_formats() {
  return one_of<PrintFormat>({{"table", PrintFormat::table},
                              {"markdown", PrintFormat::markdown},
                              {"json", PrintFormat::json}});
}

}  // namespace walbench::tools
