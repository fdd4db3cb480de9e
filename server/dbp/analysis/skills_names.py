# ruff: noqa: E501 - a table reads best with one group on one line
"""The table of known names: which package, image or action is which framework, library or tool.

Adding one is one word. `key=Name` says how it is shown, `_` standing for a space; a key alone is
shown as it is. Keys are in lower case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Known(NamedTuple):
    """What a name stands for; `kind` is the group it is listed in below."""

    name: str
    kind: str


def _read(table: str) -> dict[str, Known]:
    found: dict[str, Known] = {}
    for line in table.strip().splitlines():
        kind, _, words = line.partition(":")
        for word in words.split():
            key, _, name = word.rpartition("=") if "=" in word else (word, "", word)
            found[key] = Known(name.replace("_", " "), kind.strip())
    return found


PYPI = _read("""
framework: django=Django flask=Flask fastapi=FastAPI starlette=Starlette tornado=Tornado aiohttp=aiohttp sanic=Sanic pyramid=Pyramid bottle=Bottle falcon=Falcon litestar=Litestar quart=Quart djangorestframework=Django_REST_Framework django-ninja=Django_Ninja wagtail=Wagtail scrapy=Scrapy streamlit=Streamlit gradio=Gradio dash=Dash textual=Textual kivy=Kivy pyqt5=PyQt pyqt6=PyQt pyside6=PySide langchain=LangChain llama-index=LlamaIndex pygls=pygls robyn=Robyn reflex=Reflex nicegui=NiceGUI
library: numpy=NumPy pandas=pandas polars=Polars scipy=SciPy scikit-learn=scikit-learn torch=PyTorch tensorflow=TensorFlow keras=Keras jax=JAX transformers=Transformers xgboost=XGBoost lightgbm=LightGBM matplotlib=Matplotlib seaborn=seaborn plotly=Plotly bokeh=Bokeh requests=Requests httpx=HTTPX pydantic=Pydantic attrs=attrs marshmallow=marshmallow sqlalchemy=SQLAlchemy sqlmodel=SQLModel alembic=Alembic peewee=Peewee tortoise-orm=Tortoise_ORM click=Click typer=Typer rich=Rich jinja2=Jinja beautifulsoup4=Beautiful_Soup lxml=lxml pillow=Pillow opencv-python=OpenCV celery=Celery dramatiq=Dramatiq rq=RQ pyyaml=PyYAML cryptography=cryptography tenacity=tenacity watchdog=watchdog networkx=NetworkX sympy=SymPy openai=OpenAI anthropic=Anthropic spacy=spaCy nltk=NLTK tree-sitter=Tree-sitter grpcio=gRPC protobuf=Protocol_Buffers graphene=Graphene strawberry-graphql=Strawberry websockets=websockets twisted=Twisted trio=Trio anyio=AnyIO gevent=gevent dask=Dask pyspark=PySpark
platform: boto3=AWS aws-cdk-lib=AWS_CDK google-cloud-storage=Google_Cloud azure-identity=Azure kubernetes=Kubernetes sentry-sdk=Sentry opentelemetry-api=OpenTelemetry prometheus-client=Prometheus apache-airflow=Airflow dagster=Dagster prefect=Prefect mlflow=MLflow pulumi=Pulumi
database: psycopg=PostgreSQL psycopg2=PostgreSQL psycopg2-binary=PostgreSQL asyncpg=PostgreSQL pymysql=MySQL mysqlclient=MySQL redis=Redis pymongo=MongoDB motor=MongoDB elasticsearch=Elasticsearch cassandra-driver=Cassandra neo4j=Neo4j aiosqlite=SQLite pysqlite3=SQLite duckdb=DuckDB chromadb=Chroma qdrant-client=Qdrant kuzu=Kuzu clickhouse-connect=ClickHouse kafka-python=Kafka confluent-kafka=Kafka pika=RabbitMQ
testing: pytest=pytest hypothesis=Hypothesis coverage=Coverage.py pytest-cov=Coverage.py tox=tox nox=nox playwright=Playwright selenium=Selenium locust=Locust behave=behave robotframework=Robot_Framework
tool: ruff=Ruff black=Black isort=isort flake8=Flake8 pylint=Pylint mypy=mypy pyright=Pyright bandit=Bandit pre-commit=pre-commit sphinx=Sphinx mkdocs=MkDocs mkdocs-material=Material_for_MkDocs jupyter=Jupyter notebook=Jupyter jupyterlab=Jupyter ipython=IPython gunicorn=Gunicorn uvicorn=Uvicorn hatchling=Hatch setuptools=setuptools poetry-core=Poetry flit-core=Flit pdm-backend=PDM maturin=Maturin scikit-build-core=scikit-build cython=Cython cmake=CMake import-linter=import-linter uv-build=uv uv=uv twine=Twine
""")

NPM = _read("""
framework: react=React react-native=React_Native next=Next.js vue=Vue nuxt=Nuxt @angular/core=Angular svelte=Svelte @sveltejs/kit=SvelteKit solid-js=SolidJS preact=Preact astro=Astro gatsby=Gatsby @remix-run/react=Remix express=Express fastify=Fastify koa=Koa @nestjs/core=NestJS hono=Hono @hapi/hapi=hapi electron=Electron @tauri-apps/api=Tauri expo=Expo @ionic/core=Ionic ember-source=Ember backbone=Backbone lit=Lit @builder.io/qwik=Qwik alpinejs=Alpine.js @capacitor/core=Capacitor tailwindcss=Tailwind_CSS bootstrap=Bootstrap @mui/material=Material_UI antd=Ant_Design @docusaurus/core=Docusaurus vitepress=VitePress
library: redux=Redux @reduxjs/toolkit=Redux_Toolkit mobx=MobX zustand=Zustand rxjs=RxJS lodash=Lodash axios=Axios d3=D3 three=three.js chart.js=Chart.js jquery=jQuery zod=Zod @tanstack/react-query=TanStack_Query graphql=GraphQL @apollo/client=Apollo @apollo/server=Apollo socket.io=Socket.IO @trpc/server=tRPC styled-components=styled-components @emotion/react=Emotion framer-motion=Framer_Motion typeorm=TypeORM sequelize=Sequelize mongoose=Mongoose drizzle-orm=Drizzle prisma=Prisma @prisma/client=Prisma immer=Immer moment=Moment.js date-fns=date-fns vscode-languageclient=vscode-languageclient openai=OpenAI langchain=LangChain
platform: aws-sdk=AWS @aws-sdk/client-s3=AWS aws-cdk-lib=AWS_CDK firebase=Firebase @supabase/supabase-js=Supabase @vercel/analytics=Vercel wrangler=Cloudflare_Workers serverless=Serverless @sentry/browser=Sentry @sentry/node=Sentry @google-cloud/storage=Google_Cloud @azure/identity=Azure @types/vscode=VS_Code_extension
database: pg=PostgreSQL mysql=MySQL mysql2=MySQL mongodb=MongoDB redis=Redis ioredis=Redis sqlite3=SQLite better-sqlite3=SQLite @elastic/elasticsearch=Elasticsearch kafkajs=Kafka amqplib=RabbitMQ
testing: jest=Jest vitest=Vitest mocha=Mocha chai=Chai jasmine=Jasmine karma=Karma cypress=Cypress playwright=Playwright @playwright/test=Playwright puppeteer=Puppeteer @testing-library/react=Testing_Library ava=AVA nyc=nyc sinon=Sinon @vscode/test-electron=VS_Code_test @storybook/react=Storybook storybook=Storybook
tool: typescript=TypeScript webpack=webpack vite=Vite rollup=Rollup esbuild=esbuild parcel=Parcel @babel/core=Babel @swc/core=SWC eslint=ESLint prettier=Prettier stylelint=Stylelint @biomejs/biome=Biome husky=Husky lint-staged=lint-staged turbo=Turborepo nx=Nx lerna=Lerna @changesets/cli=Changesets semantic-release=semantic-release gulp=gulp grunt=Grunt sass=Sass less=Less postcss=PostCSS nodemon=nodemon pm2=PM2 ts-node=ts-node tsx=tsx tsup=tsup typedoc=TypeDoc @vscode/vsce=vsce
""")

CARGO = _read("""
framework: actix-web=Actix_Web axum=Axum rocket=Rocket warp=warp tauri=Tauri bevy=Bevy leptos=Leptos yew=Yew dioxus=Dioxus poem=Poem iced=Iced tower-lsp=tower-lsp
library: tokio=Tokio async-std=async-std serde=Serde serde_json=Serde reqwest=reqwest hyper=hyper tonic=gRPC diesel=Diesel sqlx=SQLx sea-orm=SeaORM clap=clap rayon=Rayon anyhow=anyhow thiserror=thiserror tracing=tracing regex=regex wasm-bindgen=wasm-bindgen pyo3=PyO3 ratatui=Ratatui tree-sitter=Tree-sitter
database: rusqlite=SQLite tokio-postgres=PostgreSQL postgres=PostgreSQL redis=Redis mongodb=MongoDB
testing: proptest=proptest quickcheck=QuickCheck criterion=Criterion insta=insta rstest=rstest
platform: aws-sdk-s3=AWS kube=Kubernetes
tool: cc=cc bindgen=bindgen
""")

GO = _read("""
framework: github.com/gin-gonic/gin=Gin github.com/labstack/echo=Echo github.com/gofiber/fiber=Fiber github.com/go-chi/chi=chi github.com/gorilla/mux=Gorilla github.com/beego/beego=Beego github.com/go-kit/kit=Go_kit github.com/zeromicro/go-zero=go-zero
library: google.golang.org/grpc=gRPC google.golang.org/protobuf=Protocol_Buffers gorm.io/gorm=GORM github.com/spf13/cobra=Cobra github.com/spf13/viper=Viper go.uber.org/zap=zap github.com/sirupsen/logrus=Logrus github.com/jmoiron/sqlx=sqlx entgo.io/ent=Ent github.com/charmbracelet/bubbletea=Bubble_Tea
platform: k8s.io/client-go=Kubernetes k8s.io/api=Kubernetes sigs.k8s.io/controller-runtime=Kubernetes github.com/aws/aws-sdk-go=AWS github.com/aws/aws-sdk-go-v2=AWS cloud.google.com/go=Google_Cloud github.com/prometheus/client_golang=Prometheus go.opentelemetry.io/otel=OpenTelemetry github.com/hashicorp/terraform-plugin-sdk=Terraform github.com/docker/docker=Docker
database: github.com/lib/pq=PostgreSQL github.com/jackc/pgx=PostgreSQL github.com/go-sql-driver/mysql=MySQL github.com/redis/go-redis=Redis github.com/go-redis/redis=Redis go.mongodb.org/mongo-driver=MongoDB github.com/mattn/go-sqlite3=SQLite modernc.org/sqlite=SQLite go.etcd.io/etcd=etcd github.com/segmentio/kafka-go=Kafka
testing: github.com/stretchr/testify=Testify github.com/onsi/ginkgo=Ginkgo github.com/golang/mock=gomock
""")

MAVEN = _read("""
framework: spring-boot-starter=Spring_Boot spring-boot-starter-web=Spring_Boot spring-boot-starter-parent=Spring_Boot org.springframework.boot=Spring_Boot spring-core=Spring spring-context=Spring spring-webmvc=Spring quarkus-core=Quarkus io.quarkus=Quarkus quarkus-bom=Quarkus micronaut-http-server-netty=Micronaut io.micronaut.application=Micronaut ktor-server-core=Ktor io.ktor.plugin=Ktor vertx-core=Vert.x dropwizard-core=Dropwizard jakarta.jakartaee-api=Jakarta_EE com.android.application=Android com.android.library=Android
library: hibernate-core=Hibernate jackson-databind=Jackson gson=Gson guava=Guava lombok=Lombok slf4j-api=SLF4J logback-classic=Logback log4j-core=Log4j netty-all=Netty okhttp=OkHttp retrofit=Retrofit mapstruct=MapStruct kotlinx-coroutines-core=Kotlin_coroutines grpc-netty=gRPC protobuf-java=Protocol_Buffers spark-core_2.12=Apache_Spark flink-java=Apache_Flink
platform: kafka-clients=Kafka aws-java-sdk=AWS s3=AWS
database: postgresql=PostgreSQL mysql-connector-java=MySQL mysql-connector-j=MySQL h2=H2 jedis=Redis mongodb-driver-sync=MongoDB flyway-core=Flyway liquibase-core=Liquibase elasticsearch-rest-high-level-client=Elasticsearch
testing: junit=JUnit junit-jupiter=JUnit junit-jupiter-api=JUnit junit-jupiter-engine=JUnit mockito-core=Mockito assertj-core=AssertJ testcontainers=Testcontainers kotest-runner-junit5=Kotest spock-core=Spock testng=TestNG espresso-core=Espresso
tool: maven-compiler-plugin=Maven maven-surefire-plugin=Maven jacoco-maven-plugin=JaCoCo maven-checkstyle-plugin=Checkstyle org.jetbrains.kotlin.jvm=Kotlin kotlin-stdlib=Kotlin
""")

RUBY = _read("""
framework: rails=Ruby_on_Rails sinatra=Sinatra hanami=Hanami grape=Grape jekyll=Jekyll
library: sidekiq=Sidekiq devise=Devise puma=Puma nokogiri=Nokogiri activerecord=Active_Record
database: pg=PostgreSQL mysql2=MySQL sqlite3=SQLite redis=Redis mongoid=MongoDB
testing: rspec=RSpec rspec-rails=RSpec minitest=Minitest capybara=Capybara factory_bot=FactoryBot cucumber=Cucumber
tool: rubocop=RuboCop rake=Rake bundler=Bundler sorbet=Sorbet fastlane=fastlane cocoapods=CocoaPods
""")

PHP = _read("""
framework: laravel/framework=Laravel symfony/symfony=Symfony symfony/framework-bundle=Symfony slim/slim=Slim cakephp/cakephp=CakePHP yiisoft/yii2=Yii codeigniter4/framework=CodeIgniter drupal/core=Drupal
library: doctrine/orm=Doctrine guzzlehttp/guzzle=Guzzle monolog/monolog=Monolog twig/twig=Twig
database: predis/predis=Redis mongodb/mongodb=MongoDB
testing: phpunit/phpunit=PHPUnit pestphp/pest=Pest behat/behat=Behat
tool: phpstan/phpstan=PHPStan squizlabs/php_codesniffer=PHP_CodeSniffer friendsofphp/php-cs-fixer=PHP_CS_Fixer vimeo/psalm=Psalm
""")

NUGET = _read("""
framework: microsoft.net.sdk.web=ASP.NET_Core microsoft.aspnetcore.app=ASP.NET_Core microsoft.aspnetcore.openapi=ASP.NET_Core avalonia=Avalonia microsoft.maui.controls=.NET_MAUI microsoft.net.sdk.blazorwebassembly=Blazor
library: newtonsoft.json=Json.NET microsoft.entityframeworkcore=Entity_Framework_Core dapper=Dapper automapper=AutoMapper mediatr=MediatR serilog=Serilog polly=Polly
database: npgsql=PostgreSQL npgsql.entityframeworkcore.postgresql=PostgreSQL microsoft.data.sqlite=SQLite stackexchange.redis=Redis mongodb.driver=MongoDB microsoft.data.sqlclient=SQL_Server
testing: xunit=xUnit nunit=NUnit mstest.testframework=MSTest moq=Moq fluentassertions=Fluent_Assertions
tool: swashbuckle.aspnetcore=Swagger
""")

PUB = _read("""
framework: flutter=Flutter
library: provider=Provider riverpod=Riverpod flutter_riverpod=Riverpod bloc=Bloc flutter_bloc=Bloc dio=Dio http=http
database: sqflite=SQLite hive=Hive
platform: firebase_core=Firebase
testing: flutter_test=Flutter_test test=Dart_test mockito=Mockito
tool: build_runner=Dart_build_runner flutter_lints=Dart_lints lints=Dart_lints
""")

SWIFT = _read("""
framework: vapor=Vapor swift-composable-architecture=Composable_Architecture hummingbird=Hummingbird
library: alamofire=Alamofire rxswift=RxSwift swift-nio=SwiftNIO swift-argument-parser=Swift_ArgumentParser snapkit=SnapKit grdb.swift=SQLite
testing: quick=Quick nimble=Nimble swift-snapshot-testing=SnapshotTesting
tool: swiftlint=SwiftLint swiftformat=SwiftFormat
""")

IMAGES = _read("""
database: postgres=PostgreSQL postgis=PostgreSQL mysql=MySQL mariadb=MariaDB redis=Redis valkey=Valkey mongo=MongoDB elasticsearch=Elasticsearch opensearch=OpenSearch memcached=Memcached cassandra=Cassandra neo4j=Neo4j clickhouse-server=ClickHouse rabbitmq=RabbitMQ kafka=Kafka cp-kafka=Kafka minio=MinIO influxdb=InfluxDB
platform: nginx=nginx traefik=Traefik caddy=Caddy httpd=Apache_HTTP_Server haproxy=HAProxy keycloak=Keycloak vault=Vault consul=Consul prometheus=Prometheus grafana=Grafana localstack=LocalStack node=Node.js
""")

PROVIDERS = _read("""
platform: aws=AWS azurerm=Azure google=Google_Cloud kubernetes=Kubernetes helm=Helm cloudflare=Cloudflare digitalocean=DigitalOcean hcloud=Hetzner_Cloud docker=Docker github=GitHub
""")

PYTHON_SECTIONS = _read("""
tool: ruff=Ruff black=Black isort=isort mypy=mypy pyright=Pyright pylint=Pylint bandit=Bandit poetry=Poetry hatch=Hatch pdm=PDM uv=uv setuptools=setuptools flit=Flit importlinter=import-linter cibuildwheel=cibuildwheel towncrier=towncrier commitizen=Commitizen semantic_release=semantic-release
testing: pytest=pytest coverage=Coverage.py tox=tox nox=nox
""")
"""`[tool.NAME]` of a pyproject.toml."""

BY_ECOSYSTEM: Mapping[str, Mapping[str, Known]] = {
    "PyPI": PYPI,
    "npm": NPM,
    "Cargo": CARGO,
    "Go modules": GO,
    "Maven": MAVEN,
    "RubyGems": RUBY,
    "Packagist": PHP,
    "NuGet": NUGET,
    "pub": PUB,
    "Swift packages": SWIFT,
    "images": IMAGES,
    "providers": PROVIDERS,
    "pyproject": PYTHON_SECTIONS,
}
"""The first ten are package ecosystems; the others only name things."""

PACKAGES = frozenset(list(BY_ECOSYSTEM)[:10])
