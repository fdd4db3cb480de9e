# ruff: noqa: E501 - a table reads best with one group on one line
"""Files that say by their name alone that a project uses something. Pure.

A word is `pattern=Name`: a name in lower case, `*` at its end for any ending, a `/` in it for the
last parts of the path.
"""

from __future__ import annotations

from dbp.analysis.skills_names import Known

_TABLE = """
framework: manage.py=Django artisan=Laravel angular.json=Angular next.config.*=Next.js nuxt.config.*=Nuxt svelte.config.*=Svelte astro.config.*=Astro gatsby-config.*=Gatsby remix.config.*=Remix docusaurus.config.*=Docusaurus tailwind.config.*=Tailwind_CSS config/application.rb=Ruby_on_Rails
testing: conftest.py=pytest pytest.ini=pytest tox.ini=tox noxfile.py=nox jest.config.*=Jest vitest.config.*=Vitest playwright.config.*=Playwright cypress.config.*=Cypress cypress.json=Cypress karma.conf.js=Karma .mocharc*=Mocha phpunit.xml*=PHPUnit .rspec=RSpec .coveragerc=Coverage.py codecov.yml=Codecov .codecov.yml=Codecov
tool: makefile=Make gnumakefile=Make cmakelists.txt=CMake meson.build=Meson justfile=just .justfile=just sconstruct=SCons configure.ac=Autotools module.bazel=Bazel build.bazel=Bazel workspace.bazel=Bazel build.gradle=Gradle build.gradle.kts=Gradle settings.gradle=Gradle settings.gradle.kts=Gradle pom.xml=Maven build.sbt=sbt flake.nix=Nix default.nix=Nix vagrantfile=Vagrant taskfile.yml=Task rakefile=Rake
tool: .eslintrc*=ESLint eslint.config.*=ESLint .prettierrc*=Prettier prettier.config.*=Prettier .stylelintrc*=Stylelint biome.json*=Biome ruff.toml=Ruff .ruff.toml=Ruff mypy.ini=mypy .mypy.ini=mypy pyrightconfig.json=Pyright .flake8=Flake8 .pylintrc=Pylint .isort.cfg=isort .bandit=Bandit .rubocop.yml=RuboCop .golangci.y*=golangci-lint rustfmt.toml=rustfmt .rustfmt.toml=rustfmt clippy.toml=Clippy .clang-format=clang-format .clang-tidy=clang-tidy checkstyle.xml=Checkstyle phpstan.neon*=PHPStan .swiftlint.yml=SwiftLint .editorconfig=EditorConfig .pre-commit-config.yaml=pre-commit lefthook.yml=Lefthook .yamllint*=yamllint .hadolint.yaml=hadolint .markdownlint*=markdownlint
tool: tsconfig.json=TypeScript vite.config.*=Vite webpack.config.*=webpack rollup.config.*=Rollup babel.config.*=Babel .babelrc*=Babel postcss.config.*=PostCSS gulpfile.*=gulp gruntfile.*=Grunt turbo.json=Turborepo nx.json=Nx lerna.json=Lerna .storybook/main.*=Storybook .nvmrc=Node.js deno.json*=Deno bun.lock*=Bun
tool: package-lock.json=npm yarn.lock=Yarn pnpm-lock.yaml=pnpm pnpm-workspace.yaml=pnpm poetry.lock=Poetry uv.lock=uv pdm.lock=PDM pipfile=Pipenv pipfile.lock=Pipenv environment.yml=conda gemfile.lock=Bundler composer.lock=Composer
tool: mkdocs.yml=MkDocs docs/conf.py=Sphinx doc/conf.py=Sphinx doc/source/conf.py=Sphinx docs/source/conf.py=Sphinx doxyfile=Doxygen .readthedocs.y*=Read_the_Docs alembic.ini=Alembic buf.yaml=Buf openapi.y*=OpenAPI openapi.json=OpenAPI renovate.json*=Renovate .github/dependabot.y*=Dependabot sonar-project.properties=SonarQube .devcontainer/devcontainer.json=Dev_Containers ansible.cfg=Ansible
platform: dockerfile=Docker containerfile=Docker dockerfile.*=Docker docker-compose.y*=Docker_Compose docker-compose.*=Docker_Compose compose.y*=Docker_Compose docker-bake.hcl=Docker jenkinsfile=Jenkins .gitlab-ci.yml=GitLab_CI .travis.yml=Travis_CI azure-pipelines.yml=Azure_Pipelines .circleci/config.yml=CircleCI appveyor.yml=AppVeyor .appveyor.yml=AppVeyor bitbucket-pipelines.yml=Bitbucket_Pipelines .drone.yml=Drone .woodpecker.yml=Woodpecker cloudbuild.yaml=Google_Cloud_Build netlify.toml=Netlify vercel.json=Vercel fly.toml=Fly.io render.yaml=Render serverless.y*=Serverless firebase.json=Firebase wrangler.toml=Cloudflare_Workers app.yaml=App_Engine skaffold.yaml=Skaffold tiltfile=Tilt chart.yaml=Helm kustomization.y*=Kubernetes pulumi.yaml=Pulumi cdk.json=AWS_CDK samconfig.toml=AWS_SAM
"""


def _read() -> tuple[dict[str, Known], dict[str, Known]]:
    exact: dict[str, Known] = {}
    starts: dict[str, Known] = {}
    for line in _TABLE.strip().splitlines():
        kind, _, words = line.partition(":")
        for word in words.split():
            pattern, _, name = word.rpartition("=")
            known = Known(name.replace("_", " "), kind)
            if pattern.endswith("*"):
                starts[pattern[:-1]] = known
            else:
                exact[pattern] = known
    return exact, starts


_EXACT, _STARTS = _read()
_LENGTHS = sorted({len(start) for start in _STARTS})
_DEPTHS = sorted({pattern.count("/") + 1 for pattern in (*_EXACT, *_STARTS)})
_WORKFLOWS = (".github/workflows/", ".forgejo/workflows/", ".gitea/workflows/")
_TERRAFORM = (".tf", ".tf.json")


def named_by(path: str) -> Known | None:
    """Say what a file's name stands for."""
    lowered = path.lower()
    if lowered.endswith(_TERRAFORM):
        return Known("Terraform", "platform")
    if lowered.startswith(_WORKFLOWS):
        forge = "GitHub Actions" if lowered.startswith(".github") else "Forgejo Actions"
        return Known(forge, "platform") if lowered.endswith((".yml", ".yaml")) else None
    parts = lowered.split("/")
    for depth in _DEPTHS:
        if depth <= len(parts) and (found := _look_up("/".join(parts[-depth:]))) is not None:
            return found
    return None


def _look_up(name: str) -> Known | None:
    if name in _EXACT:
        return _EXACT[name]
    for length in _LENGTHS:
        if length < len(name) and (found := _STARTS.get(name[:length])) is not None:
            return found
    return None
