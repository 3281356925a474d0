from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin


class NodeProcessPlugin(RuntimeExecutorPlugin):
    """Found by LocalStack through the entry point in node_process-1.dist-info."""

    name = "node_process"

    def load(self, *args, **kwargs):
        from node_process.executor import NodeProcessExecutor

        return NodeProcessExecutor
