# A function of Sluice as Terraform's provider for AWS makes it: with an alias, a URL, retries and a schedule.
# Credentials are a key of Sluice: AWS_SHARED_CREDENTIALS_FILE=.sluice/credentials

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
    archive = {
      source  = "hashicorp/archive"
      version = ">= 2.4"
    }
  }
}

variable "endpoint" {
  description = "Address of the gateway."
  type        = string
  default     = "http://127.0.0.1:8080"
}

# Nothing here asks AWS: who calls, which account it is and where it runs are all given.
provider "aws" {
  region = "us-east-1"

  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true

  endpoints {
    lambda    = var.endpoint
    scheduler = var.endpoint
    sts       = var.endpoint
  }
}

locals {
  # Sluice has no roles; the provider and the interfaces of AWS ask for one.
  role = "arn:aws:iam::000000000000:role/sluice"
}

data "archive_file" "greet" {
  type        = "zip"
  source_file = "${path.module}/src/greet.mjs"
  output_path = "${path.module}/greet.zip"
}

resource "aws_lambda_function" "greet" {
  function_name    = "greet"
  description      = "Greets whoever calls"
  filename         = data.archive_file.greet.output_path
  source_code_hash = data.archive_file.greet.output_base64sha256
  handler          = "greet.handler"
  runtime          = "nodejs22.x"
  role             = local.role
  memory_size      = 128
  timeout          = 3
  publish          = true

  environment {
    variables = { GREETING = "Hello" }
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.greet.function_name
  function_version = aws_lambda_function.greet.version
}

resource "aws_lambda_function_url" "greet" {
  function_name      = aws_lambda_function.greet.function_name
  authorization_type = "NONE"
}

resource "aws_lambda_function_event_invoke_config" "greet" {
  function_name                = aws_lambda_function.greet.function_name
  maximum_retry_attempts       = 1
  maximum_event_age_in_seconds = 3600
}

resource "aws_scheduler_schedule" "morning" {
  name                         = "greet-in-the-morning"
  schedule_expression          = "cron(0 8 ? * MON-FRI *)"
  schedule_expression_timezone = "Europe/Zurich"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.greet.arn
    role_arn = local.role
    input    = jsonencode({ name = "early bird" })
  }
}

output "url" {
  value = aws_lambda_function_url.greet.function_url
}
