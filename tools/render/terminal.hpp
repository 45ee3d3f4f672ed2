#pragma once

#include <optional>

#include "tools/document/document.hpp"
#include "tools/render/plot_style.hpp"
#include "tools/render/sink.hpp"

namespace walbench::tools {

struct TerminalStyle {
  bool details = false;           ///< also sections and tables that are details
  std::optional<PlotStyle> plot;  ///< if curves are to be drawn
};

/// The document as text for a terminal, part by part. All its strings are made printable. Tables
/// are aligned by the columns that their characters take. Stacked bars are drawn in characters,
/// percentile curves if there is a plot style (the first view of each picture), other pictures not.
void render_terminal(const Document& document, const TerminalStyle& style, const TextSink& write);

/// How many columns of a terminal the text takes: none for marks that combine with the character
/// before, two for wide characters of East Asia. Expects UTF-8.
std::size_t display_columns(std::string_view text);

}  // namespace walbench::tools
