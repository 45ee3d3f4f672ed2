#pragma once

#include <string>
#include <string_view>

#include "tools/document/document.hpp"

namespace walbench::tools {

/// Stands near the beginning of every page, and of nobody else's.
inline constexpr std::string_view kPageMark = R"(<meta name="generator" content="walbench )";

/// A page that needs nothing but itself: the document as HTML, its pictures drawn by the script
/// that it carries, from data that it carries. It tells browsers to load nothing, and to run no
/// script but its own two, by their digests: even if a name that a hostile file gives found its
/// way into the markup, it could not act. `version` is walbench's own.
std::string render_html(const Document& document, std::string_view version);

/// A text as it must stand in HTML, as content or within a quoted attribute.
std::string html_text(std::string_view text);

}  // namespace walbench::tools
