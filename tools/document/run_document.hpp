#pragma once

#include <cstddef>
#include <vector>

#include "tools/document/report_document.hpp"

namespace walbench::tools {

/// One run's part of a document.
struct RunDocument {
  std::vector<DocumentSection> sections;
  std::vector<DocumentSection> appendix;  ///< what stands at the very end: details, surroundings
};

/// `index` is the run's in the set; `named`: its headings name it, since there are others.
RunDocument run_document(const metrics::LoadedRun& run, std::size_t index, bool named);

}  // namespace walbench::tools
