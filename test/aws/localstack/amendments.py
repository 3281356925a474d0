"""What LocalStack 4.9.2 lacks for this stack. Applied where it is imported, or run by LocalStack itself as an init script (Docker)."""

import json
import re


def know_node_24():
    """LocalStack 4.9, the newest that Python 3.11 runs, is older than this runtime of Lambda."""
    from localstack.services.lambda_.runtimes import ALL_RUNTIMES, IMAGE_MAPPING

    ALL_RUNTIMES.append("nodejs24.x")
    # For Docker: the image that its containers are made of.
    IMAGE_MAPPING["nodejs24.x"] = "nodejs:24"


def ask_often():
    """CloudFormation asks every five seconds whether a function is ready; with twenty functions that would be most of a deployment."""
    from localstack import config
    from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor

    ResourceProviderExecutor.deploy_loop.__defaults__ = (config.CFN_PER_RESOURCE_TIMEOUT, 0.2)


def hand_cookies_on():
    """A Function URL sends the cookies that the handler's answer lists; LocalStack forgets them, and the review page needs one."""
    from localstack.services.lambda_ import urlrouter

    forgetful = urlrouter.lambda_result_to_response

    def whole(result):
        response = forgetful(result)
        answer = json.loads(result.payload)
        for cookie in answer.get("cookies", []) if isinstance(answer, dict) else []:
            response.headers.add("Set-Cookie", cookie)
        return response

    urlrouter.lambda_result_to_response = whole


def read_whole_percentages():
    """ToleratedFailurePercentage is a number on AWS; LocalStack's grammar takes one with a point alone. It tolerates every failure whatever it says."""
    from localstack.services.stepfunctions.asl.parse import asl_parser

    strict = asl_parser.AmazonStateLanguageParser.parse

    def lenient(definition):
        return strict(re.sub(r'("ToleratedFailurePercentage"\s*:\s*\d+)(?=\s*[,}])', r"\1.0", definition))

    asl_parser.AmazonStateLanguageParser.parse = staticmethod(lenient)


def let_disabled_rules_rest():
    """EventBridge delivers nothing by a rule that is disabled; LocalStack stores that it is, and delivers."""
    from localstack.services.events.provider import EventsProvider

    heedless = EventsProvider._process_rules

    def heedful(self, rule, *args, **kwargs):
        if rule.state != "DISABLED":
            heedless(self, rule, *args, **kwargs)

    EventsProvider._process_rules = heedful


know_node_24()
ask_often()
hand_cookies_on()
let_disabled_rules_rest()
read_whole_percentages()
