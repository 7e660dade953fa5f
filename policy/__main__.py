"""The policy pack: `pulumi preview --policy-pack policy --policy-pack-config policy/dev.json`."""

from serverless_policy.pack import serve

serve()
