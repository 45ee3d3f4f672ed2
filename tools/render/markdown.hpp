#pragma once

#include <string>
#include <string_view>

#include "tools/document/report_document.hpp"

namespace walbench::tools {

/// The document in Markdown with tables (GitHub's and most others'). Pictures are left out, and
/// what is folded is not. What a string from a file could do to the text around it is escaped.
std::string render_markdown(const ReportDocument& document);

/// One text as it must stand in Markdown, within a paragraph or a table's cell.
std::string markdown_text(std::string_view text);

}  // namespace walbench::tools
