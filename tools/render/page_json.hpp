#pragma once

#include <string>

#include "tools/document/document.hpp"

namespace walbench::tools {

/// The charts of all pictures as JSON, for a page's script: a list with, for each picture in the
/// order of the document, the list of its views. No `<` in it can end the element around it.
std::string page_json(const Document& document);

}  // namespace walbench::tools
