#pragma once

#include <string>
#include <string_view>

#include "tools/document/document.hpp"

namespace walbench::tools {

/// The document in Markdown with tables (GitHub's and most others'). Pictures are left out, and
/// details are not. What a string from a file could do to the text around it is escaped. Of very
/// long tables the first rows alone, as in pages.
std::string render_markdown(const Document& document);

/// One text as it must stand in Markdown, within a paragraph or a table's cell.
std::string markdown_text(std::string_view text);

/// How many rows of a table that is streamed a page or a Markdown text shows.
inline constexpr std::size_t kMostStreamedRows = 100;

/// Hands over the rows that are shown of a table, and returns what is to be said of the rest: empty
/// if there is none.
std::string for_each_shown_row(const Table& table, const std::function<void(const Row&)>& show);

}  // namespace walbench::tools
