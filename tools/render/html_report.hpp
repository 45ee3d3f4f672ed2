#pragma once

#include <string>
#include <string_view>

#include "metrics/publish/report_json.hpp"
#include "tools/document/report_document.hpp"

namespace walbench::tools {

/// Stands near the beginning of every page, and of nobody else's.
inline constexpr std::string_view kPageMark = R"(<meta name="generator" content="walbench )";

/// A page that needs nothing but itself: the document as HTML, its pictures drawn by the script
/// that it carries from `json`, which is report_json() of the same results. It tells browsers to
/// load nothing, and to run no script but these two, by their digests. So even where a name that a
/// hostile file gives found its way into the markup, it could not act.
std::string render_html(const ReportDocument& document, std::string_view json);

/// The part of report_json() that a page can draw.
metrics::ReportDetail page_detail();

/// A text as it must stand in HTML, as content or within a quoted attribute.
std::string html_text(std::string_view text);

}  // namespace walbench::tools
