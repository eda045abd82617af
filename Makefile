# make read   read the course in a browser        make test        run every quick check
# make lab    work in the notebooks               make test-full   run the checks that take minutes
# make book   build the pages only                make pdf         print the book into one PDF
# make site   all that is published: the pages, the PDF, and the notebooks with Python in the browser
# make model  fetch the real language model (98 MB), for chapter 9; the tests and the site do so themselves
# make notebooks, bench, links, providers, newest, oldest, pins, clean: for authors, see CONTRIBUTING.md

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
BUILD := _build
PAGE := $(BUILD)/html/index.html
PDF := $(BUILD)/temperature.pdf
SITE := $(BUILD)/site/index.html
NODE := $(BUILD)/node
MODEL := $(or $(TEMPCOURSE_MODEL),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/tempcourse/SmolLM2-135M-Instruct.Q4_1.gguf)
NOTEBOOKS := $(wildcard notebooks/*.ipynb)
PACKAGE := $(shell find tempcourse -type f -not -path '*/__pycache__/*')
EXTENSIONS := $(shell find book/_ext -type f -not -path '*/__pycache__/*')
PROSE := _config.yml _toc.yml $(wildcard book/*.md book/*.bib book/*.yml book/images/*)

.PHONY: read book pdf site lab model test test-full notebooks bench links providers newest oldest pins clean

read: $(MODEL) book
	@$(BIN)/python tools/serve.py $(BUILD)/html --port $(PORT)

book: $(PAGE)

# Warnings are errors; after a failure the next build reads every page again, so that it fails again.
$(PAGE): $(PROSE) $(NOTEBOOKS) $(BUILD)/.package $(BUILD)/.extensions $(BUILD)/.questions
	$(BIN)/jupyter-book build -W -n --keep-going --quiet . || { rm -rf $(BUILD)/.doctrees $@; exit 1; }
	@touch $@

# Jupyter Book's cache sees an edited notebook but not what else its outputs come from: execute all again then. The
# pages do not need the model; where it came after them, which is seen when this is read the second time, they want it.
.SECONDEXPANSION:
$(BUILD)/.package: $(PACKAGE) $(wildcard book/_ext/executed_notebooks/*) $(BIN)/.installed $$(wildcard $(MODEL))
	@rm -rf $(BUILD)/.jupyter_cache $(BUILD)/.doctrees && mkdir -p $(BUILD) && touch $@

# Nor does Sphinx see an edited extension: render all again then, from the outputs in the cache.
$(BUILD)/.extensions: $(EXTENSIONS) _config.yml
	@rm -rf $(BUILD)/.doctrees $(BUILD)/html && mkdir -p $(BUILD) && touch $@

# One page asks the questions of all chapters, and is read again when they change.
$(BUILD)/.questions: $(NOTEBOOKS)
	@rm -f $(BUILD)/.doctrees/book/review.doctree && mkdir -p $(BUILD) && touch $@

pdf: $(PDF)

$(PDF): $(PAGE) tools/build_pdf.py tools/chromium.py $(wildcard tools/pdf/*)
	$(BIN)/python tools/build_pdf.py $(BUILD)/html $@

site: $(SITE)

$(SITE): $(MODEL) $(PAGE) $(PDF) tools/build_site.py tools/build_language_model.py tools/build_lite.py tools/build_wheel.py $(wildcard tools/lite/*)
	$(BIN)/python tools/build_site.py $(BUILD)/html $(PDF) $(BUILD)/site
	$(BIN)/python tools/build_language_model.py $(BUILD)/site/language-model
	$(BIN)/python tools/build_lite.py $(BUILD)/html/_sources/notebooks $(BUILD)/site/lite
	@touch $@

lab: $(BIN)/.installed
	$(BIN)/jupyter lab notebooks

model: $(BIN)/.installed
	@$(BIN)/python tools/fetch_model.py

$(MODEL): | $(BIN)/.installed
	@$(BIN)/python tools/fetch_model.py

# Two workers, each with a core: on threads of the other's, linear algebra takes many times as long.
test: model book
	$(BIN)/ruff check .
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --nbval notebooks tests --ignore tests/full

test-full: site $(NODE)/.installed
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadgroup tests/full

# What the tests in three browsers take from npm.
$(NODE)/.installed: $(wildcard tests/full/engines/*.json tests/full/engines/*.mjs)
	@mkdir -p $(NODE) && cp $^ $(NODE)
	npm ci --prefix $(NODE) --silent --no-fund --no-audit
	@touch $@

notebooks: $(BIN)/.installed
	$(BIN)/python tools/store_outputs.py $(NOTEBOOKS)

bench: site
	PYTHONPATH=tools $(BIN)/python bench/run.py

# Ask every linked site whether the page is still there; in a folder of its own, away from the pages.
links: $(BIN)/.installed
	$(BIN)/jupyter-book build --builder linkcheck --path-output $(BUILD)/links .

# Warn of what the table of providers says, where it was read too long ago.
providers: $(BIN)/.installed
	@PYTHONPATH=book/_ext $(BIN)/python -m provider_table book/providers.yml

# The package's tests and the notebooks with the oldest versions that pyproject.toml allows.
oldest: $(BIN)/.installed
	$(BIN)/python tools/try_versions.py oldest

# Every check with the newest versions that pyproject.toml allows; what passes can be kept as the new pins.
newest:
	$(MAKE) pins UPGRADE=--upgrade
	$(MAKE) test

# Exact pins of everything, from the ranges in pyproject.toml; those that still hold stay as they are.
pins: $(BIN)/.installed
	$(BIN)/uv pip compile $(UPGRADE) --universal --python-version 3.11 --extra book --extra site --extra dev --extra model \
	    --no-annotate --no-header --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.txt

$(BIN)/.installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

clean:
	rm -rf $(BUILD) .venv *.egg-info .pytest_cache .ruff_cache .hypothesis
