#include "equivec/explore/explorer.hpp"

#include "equivec/base/error.hpp"
#include "src/explore/answers.hpp"
#include "src/explore/http_server.hpp"
#include "src/explore/page_parts.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <thread>

namespace equivec {

std::string_view page_part(std::string_view name) noexcept {
  return std::ranges::find(page_parts(), name, &EmbeddedFile::name)->text;
}

void validate(const ExplorerOptions& options) {
  require_at_least("words", static_cast<double>(options.words), 3);
  require_between("threads", options.threads, 0, 4096);
  require_between("port", options.port, 0, 65535);
}

namespace {

std::map<std::string, HttpAnswer> public_parts() {
  const auto part = [](const char* type, std::string_view name) {
    return http_answer(type + std::string("; charset=utf-8"), std::string(page_part(name)));
  };
  return {{"/", part("text/html", "page.html")},
          {"/page.css", part("text/css", "page.css")},
          {"/page.js", part("text/javascript", "page.js")}};
}

}  // namespace

struct Explorer::Parts {
  Parts(ExploredVectors vectors, std::optional<ExploredVectors> reference, const ExplorerOptions& options,
        const Reporting& reporting)
      : answers(std::move(vectors), std::move(reference), options, reporting),
        server(public_parts(),
               [this](const HttpRequest& request, Progress& progress) { return answers.answer(request, &progress); },
               {.host = options.host, .port = options.port, .framed = options.framed}),
        warming([this] {
          try {
            answers.warm_up(&warming_progress);
          } catch (const std::exception&) {
            // Cancelled, or a row that the first search will tell of.
          }
        }) {}
  ~Parts() {
    warming_progress.cancelled = true;
    warming.join();
  }

  const pid_t process = ::getpid();
  const Answers answers;
  HttpServer server;  // after the answers, which it asks
  Progress warming_progress;
  std::thread warming;
};

Explorer::Explorer(ExploredVectors vectors, std::optional<ExploredVectors> reference, const ExplorerOptions& options,
                   const Reporting& reporting) {
  validate(options);
  parts_ = std::make_unique<Parts>(std::move(vectors), std::move(reference), options, reporting);
}

Explorer::~Explorer() {
  // The server's threads do not live on in a process that was forked off; waiting for them would never end.
  if (parts_->process != ::getpid()) static_cast<void>(parts_.release());
}

const std::string& Explorer::address() const noexcept { return parts_->server.address(); }

}  // namespace equivec
