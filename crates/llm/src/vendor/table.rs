//! The vendor table. A test holds it to its rules.
//!
//! Addresses come from the vendors' documents and from what other gateways use; a channel can override each.

use super::{Auth, Reach, Speech, Vendor};
use crate::{Dialect, Quirks};

const CHAT: Speech = Speech::of(Dialect::Chat);
const MESSAGES: Speech = Speech::of(Dialect::Messages);
const RESPONSES: Speech = Speech::of(Dialect::Responses);
const GEMINI: Speech = Speech::of(Dialect::Gemini);

const NONE: Quirks = Quirks::NONE;
/// Thinks between its calls of tools and wants to read what it thought.
const THINKING_HISTORY: Quirks = Quirks { thinking_history: true, ..NONE };

/// Fills in what most rows share.
const fn openai_compatible(slug: &'static str, name: &'static str, tile: &'static str) -> Vendor {
    Vendor {
        slug,
        name,
        tile,
        base_url: None,
        auth: Auth::Bearer,
        website: "",
        keys_url: None,
        local: false,
        maker: false,
        speaks: &[CHAT],
        quirks: NONE,
        reach: Reach::Http,
    }
}

#[rustfmt::skip]
pub(super) const VENDORS: &[Vendor] = &[
    Vendor {
        base_url: Some("https://api.openai.com/v1"),
        website: "https://openai.com",
        keys_url: Some("https://platform.openai.com/api-keys"),
        maker: true,
        speaks: &[CHAT, RESPONSES],
        ..openai_compatible("openai", "OpenAI", "Oa")
    },
    Vendor {
        base_url: Some("https://api.anthropic.com/v1"),
        website: "https://www.anthropic.com",
        keys_url: Some("https://console.anthropic.com/settings/keys"),
        maker: true,
        speaks: &[MESSAGES.with(Auth::Header("x-api-key"))],
        ..openai_compatible("anthropic", "Anthropic", "An")
    },
    Vendor {
        base_url: Some("https://generativelanguage.googleapis.com/v1beta"),
        website: "https://ai.google.dev",
        keys_url: Some("https://aistudio.google.com/apikey"),
        maker: true,
        speaks: &[GEMINI.with(Auth::Header("x-goog-api-key")), CHAT.at("openai").aside()],
        ..openai_compatible("gemini", "Google Gemini", "Gm")
    },
    Vendor {
        base_url: Some("https://api.deepseek.com/v1"),
        website: "https://www.deepseek.com",
        keys_url: Some("https://platform.deepseek.com/api_keys"),
        maker: true,
        speaks: &[CHAT, MESSAGES.at("../anthropic/v1")],
        quirks: THINKING_HISTORY,
        ..openai_compatible("deepseek", "DeepSeek", "Ds")
    },
    Vendor {
        base_url: Some("https://dashscope.aliyuncs.com/compatible-mode/v1"),
        website: "https://bailian.console.aliyun.com",
        keys_url: Some("https://bailian.console.aliyun.com/?tab=model#/api-key"),
        speaks: &[CHAT, MESSAGES.at("../../apps/anthropic/v1")],
        ..openai_compatible("dashscope", "阿里云百炼", "Qw")
    },
    Vendor {
        base_url: Some("https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
        website: "https://www.alibabacloud.com/product/modelstudio",
        speaks: &[CHAT, MESSAGES.at("../../apps/anthropic/v1")],
        ..openai_compatible("dashscope-intl", "Alibaba Cloud Model Studio", "Qw")
    },
    Vendor {
        base_url: Some("https://open.bigmodel.cn/api/paas/v4"),
        website: "https://open.bigmodel.cn",
        keys_url: Some("https://open.bigmodel.cn/usercenter/apikeys"),
        maker: true,
        speaks: &[CHAT, MESSAGES.at("../../anthropic/v1")],
        ..openai_compatible("zhipu", "智谱 GLM", "Zp")
    },
    Vendor {
        base_url: Some("https://api.z.ai/api/paas/v4"),
        website: "https://z.ai",
        keys_url: Some("https://z.ai/manage-apikey/apikey-list"),
        maker: true,
        speaks: &[CHAT, MESSAGES.at("../../anthropic/v1")],
        ..openai_compatible("zai", "Z.ai", "Za")
    },
    Vendor {
        base_url: Some("https://open.bigmodel.cn/api/coding/paas/v4"),
        website: "https://bigmodel.cn/glm-coding",
        keys_url: Some("https://open.bigmodel.cn/usercenter/apikeys"),
        speaks: &[CHAT, MESSAGES.at("../../../anthropic/v1")],
        ..openai_compatible("zhipu-coding", "智谱 GLM Coding Plan", "Zp")
    },
    Vendor {
        base_url: Some("https://api.z.ai/api/coding/paas/v4"),
        website: "https://z.ai/subscribe",
        keys_url: Some("https://z.ai/manage-apikey/apikey-list"),
        speaks: &[CHAT, MESSAGES.at("../../../anthropic/v1")],
        ..openai_compatible("zai-coding", "Z.ai Coding Plan", "Za")
    },
    Vendor {
        base_url: Some("https://api.moonshot.cn/v1"),
        website: "https://platform.moonshot.cn",
        keys_url: Some("https://platform.moonshot.cn/console/api-keys"),
        maker: true,
        speaks: &[CHAT, MESSAGES.at("../anthropic/v1")],
        quirks: THINKING_HISTORY,
        ..openai_compatible("moonshot", "月之暗面 Kimi", "Mo")
    },
    Vendor {
        base_url: Some("https://api.moonshot.ai/v1"),
        website: "https://platform.moonshot.ai",
        keys_url: Some("https://platform.moonshot.ai/console/api-keys"),
        maker: true,
        speaks: &[CHAT, MESSAGES.at("../anthropic/v1")],
        quirks: THINKING_HISTORY,
        ..openai_compatible("moonshot-intl", "Moonshot AI", "Mo")
    },
    Vendor {
        base_url: Some("https://api.kimi.com/coding/v1"),
        website: "https://www.kimi.com/coding",
        keys_url: Some("https://www.kimi.com/coding"),
        speaks: &[CHAT, MESSAGES],
        quirks: THINKING_HISTORY,
        ..openai_compatible("kimi-coding", "Kimi for Coding", "Ki")
    },
    Vendor {
        base_url: Some("https://api.siliconflow.cn/v1"),
        website: "https://siliconflow.cn",
        keys_url: Some("https://cloud.siliconflow.cn/account/ak"),
        speaks: &[CHAT, MESSAGES],
        ..openai_compatible("siliconflow", "硅基流动", "硅")
    },
    Vendor {
        base_url: Some("https://api.siliconflow.com/v1"),
        website: "https://www.siliconflow.com",
        keys_url: Some("https://cloud.siliconflow.com/account/ak"),
        speaks: &[CHAT, MESSAGES],
        ..openai_compatible("siliconflow-intl", "SiliconFlow", "Sf")
    },
    Vendor {
        base_url: Some("https://openrouter.ai/api/v1"),
        website: "https://openrouter.ai",
        keys_url: Some("https://openrouter.ai/settings/keys"),
        speaks: &[CHAT, RESPONSES, MESSAGES],
        ..openai_compatible("openrouter", "OpenRouter", "Or")
    },
    Vendor {
        auth: Auth::Header("api-key"),
        website: "https://azure.microsoft.com/products/ai-services/openai-service",
        speaks: &[CHAT, RESPONSES],
        ..openai_compatible("azure-openai", "Azure OpenAI", "Az")
    },
    Vendor {
        base_url: Some("http://127.0.0.1:11434/v1"),
        auth: Auth::Optional,
        website: "https://ollama.com",
        local: true,
        speaks: &[CHAT, RESPONSES, MESSAGES],
        ..openai_compatible("ollama", "Ollama", "Ol")
    },
    Vendor {
        base_url: Some("https://api.mistral.ai/v1"),
        website: "https://mistral.ai",
        keys_url: Some("https://console.mistral.ai/api-keys"),
        maker: true,
        ..openai_compatible("mistral", "Mistral", "Mi")
    },
    Vendor {
        base_url: Some("https://codestral.mistral.ai/v1"),
        website: "https://mistral.ai",
        keys_url: Some("https://console.mistral.ai/codestral"),
        ..openai_compatible("codestral", "Codestral", "Cd")
    },
    Vendor {
        base_url: Some("https://api.x.ai/v1"),
        website: "https://x.ai",
        keys_url: Some("https://console.x.ai"),
        maker: true,
        speaks: &[CHAT, RESPONSES, MESSAGES],
        ..openai_compatible("xai", "xAI", "Xa")
    },
    Vendor {
        base_url: Some("https://api.groq.com/openai/v1"),
        website: "https://groq.com",
        keys_url: Some("https://console.groq.com/keys"),
        speaks: &[CHAT, RESPONSES],
        ..openai_compatible("groq", "Groq", "Gq")
    },
    Vendor {
        base_url: Some("https://api.cerebras.ai/v1"),
        website: "https://www.cerebras.ai",
        keys_url: Some("https://cloud.cerebras.ai"),
        ..openai_compatible("cerebras", "Cerebras", "Ce")
    },
    Vendor {
        base_url: Some("https://api.perplexity.ai"),
        website: "https://www.perplexity.ai",
        keys_url: Some("https://www.perplexity.ai/settings/api"),
        maker: true,
        ..openai_compatible("perplexity", "Perplexity", "Pp")
    },
    Vendor {
        base_url: Some("https://api.together.xyz/v1"),
        website: "https://www.together.ai",
        keys_url: Some("https://api.together.ai/settings/api-keys"),
        ..openai_compatible("together", "Together", "To")
    },
    Vendor {
        base_url: Some("https://api.fireworks.ai/inference/v1"),
        website: "https://fireworks.ai",
        keys_url: Some("https://fireworks.ai/account/api-keys"),
        speaks: &[CHAT, RESPONSES, MESSAGES],
        ..openai_compatible("fireworks", "Fireworks", "Fw")
    },
    Vendor {
        base_url: Some("https://api.deepinfra.com/v1/openai"),
        website: "https://deepinfra.com",
        keys_url: Some("https://deepinfra.com/dash/api_keys"),
        ..openai_compatible("deepinfra", "DeepInfra", "Di")
    },
    Vendor {
        base_url: Some("https://api.cohere.ai/compatibility/v1"),
        website: "https://cohere.com",
        keys_url: Some("https://dashboard.cohere.com/api-keys"),
        maker: true,
        ..openai_compatible("cohere", "Cohere", "Co")
    },
    Vendor {
        base_url: Some("https://api.minimaxi.com/v1"),
        website: "https://www.minimaxi.com",
        maker: true,
        speaks: &[CHAT, MESSAGES.at("../anthropic/v1")],
        ..openai_compatible("minimax", "MiniMax", "Mm")
    },
    Vendor {
        base_url: Some("https://api.minimax.io/v1"),
        website: "https://www.minimax.io",
        maker: true,
        speaks: &[CHAT, MESSAGES.at("../anthropic/v1")],
        ..openai_compatible("minimax-intl", "MiniMax (international)", "Mm")
    },
    Vendor {
        base_url: Some("https://ark.cn-beijing.volces.com/api/v3"),
        website: "https://www.volcengine.com/product/ark",
        keys_url: Some("https://console.volcengine.com/ark/region:ark+cn-beijing/apiKey"),
        speaks: &[CHAT, RESPONSES],
        ..openai_compatible("volcengine", "火山方舟 豆包", "Ar")
    },
    Vendor {
        base_url: Some("https://ark.cn-beijing.volces.com/api/coding/v3"),
        website: "https://www.volcengine.com/product/ark",
        keys_url: Some("https://console.volcengine.com/ark/region:ark+cn-beijing/apiKey"),
        speaks: &[CHAT, MESSAGES.at("../v1")],
        ..openai_compatible("volcengine-coding", "火山方舟 Coding Plan", "Ar")
    },
    Vendor {
        base_url: Some("https://qianfan.baidubce.com/v2"),
        website: "https://qianfan.cloud.baidu.com",
        keys_url: Some("https://console.bce.baidu.com/iam/#/iam/apikey/list"),
        ..openai_compatible("qianfan", "百度千帆", "Qf")
    },
    Vendor {
        base_url: Some("https://api.hunyuan.cloud.tencent.com/v1"),
        website: "https://hunyuan.tencent.com",
        keys_url: Some("https://console.cloud.tencent.com/hunyuan/api-key"),
        ..openai_compatible("hunyuan", "腾讯混元", "Hy")
    },
    Vendor {
        base_url: Some("https://spark-api-open.xf-yun.com/v1"),
        website: "https://xinghuo.xfyun.cn",
        keys_url: Some("https://console.xfyun.cn"),
        ..openai_compatible("spark", "讯飞星火", "Sp")
    },
    Vendor {
        base_url: Some("https://api.baichuan-ai.com/v1"),
        website: "https://www.baichuan-ai.com",
        keys_url: Some("https://platform.baichuan-ai.com/console/apikey"),
        ..openai_compatible("baichuan", "百川", "Bc")
    },
    Vendor {
        base_url: Some("https://api.stepfun.com/v1"),
        website: "https://www.stepfun.com",
        keys_url: Some("https://platform.stepfun.com/interface-key"),
        ..openai_compatible("stepfun", "阶跃星辰", "St")
    },
    Vendor {
        base_url: Some("https://api.lingyiwanwu.com/v1"),
        website: "https://www.lingyiwanwu.com",
        keys_url: Some("https://platform.lingyiwanwu.com/apikeys"),
        ..openai_compatible("lingyiwanwu", "零一万物", "01")
    },
    Vendor {
        base_url: Some("https://api.360.cn/v1"),
        website: "https://ai.360.cn",
        ..openai_compatible("zhinao", "360 智脑", "36")
    },
    Vendor {
        base_url: Some("https://api.xiaomimimo.com/v1"),
        website: "https://xiaomimimo.com",
        quirks: THINKING_HISTORY,
        ..openai_compatible("xiaomi-mimo", "小米 MiMo", "Xm")
    },
    Vendor {
        base_url: Some("https://api-inference.modelscope.cn/v1"),
        website: "https://modelscope.cn",
        keys_url: Some("https://modelscope.cn/my/myaccesstoken"),
        ..openai_compatible("modelscope", "魔搭 ModelScope", "Ms")
    },
    Vendor {
        base_url: Some("https://api.novita.ai/v3/openai"),
        website: "https://novita.ai",
        keys_url: Some("https://novita.ai/settings/key-management"),
        speaks: &[CHAT, MESSAGES.at("../../anthropic/v1")],
        ..openai_compatible("novita", "Novita", "No")
    },
    Vendor {
        base_url: Some("https://api.sambanova.ai/v1"),
        website: "https://sambanova.ai",
        keys_url: Some("https://cloud.sambanova.ai/apis"),
        ..openai_compatible("sambanova", "SambaNova", "Sn")
    },
    Vendor {
        base_url: Some("https://integrate.api.nvidia.com/v1"),
        website: "https://build.nvidia.com",
        ..openai_compatible("nvidia-nim", "NVIDIA NIM", "Nv")
    },
    Vendor {
        base_url: Some("https://router.huggingface.co/v1"),
        website: "https://huggingface.co",
        keys_url: Some("https://huggingface.co/settings/tokens"),
        speaks: &[CHAT, RESPONSES],
        ..openai_compatible("huggingface", "Hugging Face", "Hf")
    },
    Vendor {
        base_url: Some("https://models.github.ai/inference"),
        website: "https://github.com/marketplace/models",
        keys_url: Some("https://github.com/settings/tokens"),
        ..openai_compatible("github-models", "GitHub Models", "Gh")
    },
    Vendor {
        base_url: Some("https://api.llama.com/compat/v1"),
        website: "https://llama.developer.meta.com",
        maker: true,
        speaks: &[CHAT, RESPONSES],
        ..openai_compatible("meta-llama", "Meta Llama", "Me")
    },
    Vendor {
        base_url: Some("https://ai-gateway.vercel.sh/v1"),
        website: "https://vercel.com/ai-gateway",
        speaks: &[CHAT, RESPONSES, MESSAGES],
        ..openai_compatible("vercel", "Vercel AI Gateway", "Ve")
    },
    Vendor {
        base_url: Some("https://api.studio.nebius.ai/v1"),
        website: "https://nebius.com",
        ..openai_compatible("nebius", "Nebius", "Ne")
    },
    Vendor {
        base_url: Some("https://api.hyperbolic.xyz/v1"),
        website: "https://www.hyperbolic.ai",
        ..openai_compatible("hyperbolic", "Hyperbolic", "Hb")
    },
    Vendor {
        base_url: Some("https://llm.chutes.ai/v1"),
        website: "https://chutes.ai",
        ..openai_compatible("chutes", "Chutes", "Ch")
    },
    Vendor {
        base_url: Some("https://api.scaleway.ai/v1"),
        website: "https://www.scaleway.com",
        ..openai_compatible("scaleway", "Scaleway", "Sc")
    },
    Vendor {
        base_url: Some("https://api.poe.com/v1"),
        website: "https://poe.com",
        keys_url: Some("https://poe.com/api_key"),
        ..openai_compatible("poe", "Poe", "Po")
    },
    Vendor {
        base_url: Some("https://aihubmix.com/v1"),
        website: "https://aihubmix.com",
        ..openai_compatible("aihubmix", "AiHubMix", "Ah")
    },
    Vendor {
        base_url: Some("https://api.cometapi.com/v1"),
        website: "https://www.cometapi.com",
        ..openai_compatible("cometapi", "CometAPI", "Cm")
    },
    Vendor {
        base_url: Some("https://nano-gpt.com/api/v1"),
        website: "https://nano-gpt.com",
        ..openai_compatible("nanogpt", "NanoGPT", "Ng")
    },
    Vendor {
        base_url: Some("https://api.venice.ai/api/v1"),
        website: "https://venice.ai",
        ..openai_compatible("venice", "Venice", "Vn")
    },
    Vendor {
        base_url: Some("https://api.featherless.ai/v1"),
        website: "https://featherless.ai",
        ..openai_compatible("featherless", "Featherless", "Fe")
    },
    Vendor {
        base_url: Some("https://inference.api.nscale.com/v1"),
        website: "https://www.nscale.com",
        ..openai_compatible("nscale", "Nscale", "Ns")
    },
    Vendor {
        base_url: Some("https://api.lambda.ai/v1"),
        website: "https://lambda.ai",
        ..openai_compatible("lambda", "Lambda", "La")
    },
    Vendor {
        base_url: Some("https://inference.baseten.co/v1"),
        website: "https://www.baseten.co",
        ..openai_compatible("baseten", "Baseten", "Ba")
    },
    Vendor {
        base_url: Some("https://api.friendli.ai/serverless/v1"),
        website: "https://friendli.ai",
        ..openai_compatible("friendli", "Friendli", "Fr")
    },
    Vendor {
        base_url: Some("https://api.inference.wandb.ai/v1"),
        website: "https://wandb.ai",
        ..openai_compatible("wandb", "Weights & Biases", "Wb")
    },
    Vendor {
        base_url: Some("https://oai.endpoints.kepler.ai.cloud.ovh.net/v1"),
        website: "https://endpoints.ai.cloud.ovh.net",
        ..openai_compatible("ovh", "OVHcloud", "Ov")
    },
    Vendor {
        base_url: Some("https://inference.do-ai.run/v1"),
        website: "https://www.digitalocean.com",
        ..openai_compatible("digitalocean", "DigitalOcean", "Do")
    },
    Vendor {
        base_url: Some("https://api.gmi-serving.com/v1"),
        website: "https://www.gmicloud.ai",
        ..openai_compatible("gmi", "GMI Cloud", "Gi")
    },
    Vendor {
        base_url: Some("https://api.synthetic.new/openai/v1"),
        website: "https://synthetic.new",
        ..openai_compatible("synthetic", "Synthetic", "Sy")
    },
    Vendor {
        base_url: Some("https://api.edenai.run/v3"),
        website: "https://www.edenai.co",
        ..openai_compatible("edenai", "Eden AI", "Ed")
    },
    Vendor {
        base_url: Some("https://api.aimlapi.com/v1"),
        website: "https://aimlapi.com",
        ..openai_compatible("aimlapi", "AI/ML API", "Ai")
    },
    Vendor {
        base_url: Some("https://api.morphllm.com/v1"),
        website: "https://morphllm.com",
        ..openai_compatible("morph", "Morph", "Mp")
    },
    Vendor {
        base_url: Some("https://api.v0.dev/v1"),
        website: "https://v0.dev",
        ..openai_compatible("v0", "v0", "v0")
    },
    Vendor {
        base_url: Some("https://api.inceptionlabs.ai/v1"),
        website: "https://www.inceptionlabs.ai",
        ..openai_compatible("inception", "Inception", "Ic")
    },
    Vendor {
        base_url: Some("https://api.reka.ai/v1"),
        website: "https://reka.ai",
        ..openai_compatible("reka", "Reka", "Re")
    },
    Vendor {
        base_url: Some("https://api.ai21.com/studio/v1"),
        website: "https://www.ai21.com",
        ..openai_compatible("ai21", "AI21", "A2")
    },
    Vendor {
        base_url: Some("https://api.nova.amazon.com/v1"),
        website: "https://nova.amazon.com",
        ..openai_compatible("amazon-nova", "Amazon Nova", "Nv")
    },
    Vendor {
        base_url: Some("https://tokenhub-intl.tencentcloudmaas.com/v1"),
        website: "https://www.tencentcloud.com",
        ..openai_compatible("tokenhub", "腾讯云 TokenHub", "Th")
    },
    Vendor {
        base_url: Some("https://api.compactif.ai/v1"),
        website: "https://compactif.ai",
        ..openai_compatible("compactifai", "CompactifAI", "Cp")
    },
    Vendor {
        base_url: Some("https://api.sarvam.ai/v1"),
        website: "https://www.sarvam.ai",
        auth: Auth::Header("api-subscription-key"),
        ..openai_compatible("sarvam", "Sarvam", "Sa")
    },
    Vendor {
        base_url: Some("https://opencode.ai/zen/v1"),
        website: "https://opencode.ai",
        keys_url: Some("https://opencode.ai/auth"),
        speaks: &[CHAT, RESPONSES, MESSAGES],
        ..openai_compatible("opencode-zen", "OpenCode Zen", "Oz")
    },
    Vendor {
        base_url: Some("https://api.jina.ai/v1"),
        website: "https://jina.ai",
        keys_url: Some("https://jina.ai/api-dashboard"),
        ..openai_compatible("jina", "Jina", "Ji")
    },
    Vendor {
        base_url: Some("https://api.voyageai.com/v1"),
        website: "https://www.voyageai.com",
        maker: true,
        ..openai_compatible("voyage", "Voyage", "Vo")
    },
    Vendor {
        base_url: Some("http://127.0.0.1:1234/v1"),
        auth: Auth::Optional,
        website: "https://lmstudio.ai",
        local: true,
        speaks: &[CHAT, RESPONSES, MESSAGES],
        ..openai_compatible("lm-studio", "LM Studio", "Lm")
    },
    Vendor {
        base_url: Some("http://127.0.0.1:8080/v1"),
        auth: Auth::Optional,
        website: "https://github.com/ggml-org/llama.cpp",
        local: true,
        speaks: &[CHAT, RESPONSES, MESSAGES],
        ..openai_compatible("llama-cpp", "llama.cpp", "Lc")
    },
    Vendor {
        base_url: Some("http://127.0.0.1:8000/v1"),
        auth: Auth::Optional,
        website: "https://docs.vllm.ai",
        local: true,
        speaks: &[CHAT, RESPONSES, MESSAGES],
        ..openai_compatible("vllm", "vLLM", "Vl")
    },
    Vendor {
        base_url: Some("http://127.0.0.1:30000/v1"),
        auth: Auth::Optional,
        website: "https://docs.sglang.ai",
        local: true,
        speaks: &[CHAT, RESPONSES, MESSAGES],
        ..openai_compatible("sglang", "SGLang", "Sg")
    },
    Vendor {
        auth: Auth::Optional,
        website: "https://platform.openai.com/docs/api-reference/chat",
        ..openai_compatible("custom", "OpenAI-compatible", "··")
    },
    Vendor {
        auth: Auth::Optional,
        website: "https://platform.openai.com/docs/api-reference/chat",
        local: true,
        reach: Reach::InProcess,
        ..openai_compatible("demo", "Demo", "De")
    },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_keeps_its_rules() {
        let mut slugs = HashSet::new();
        for vendor in VENDORS {
            let slug = vendor.slug;
            assert!(slugs.insert(slug), "{slug} stands twice");
            assert!(slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{slug}");
            assert!((1..=2).contains(&vendor.tile.chars().count()), "{slug}'s tile");
            assert!(vendor.website.starts_with("https://"), "{slug}'s website");
            assert!(vendor.keys_url.is_none_or(|url| url.starts_with("https://")), "{slug}'s keys_url");
            assert!(!vendor.speaks.is_empty(), "{slug} speaks nothing");
            let dialects: HashSet<_> = vendor.speaks.iter().map(|speech| speech.dialect).collect();
            assert_eq!(dialects.len(), vendor.speaks.len(), "{slug} speaks a dialect in two places");
            for Speech { at, .. } in vendor.speaks {
                let clean = at.is_empty() || at.split('/').all(|step| !step.is_empty() && step != ".");
                let up = at.split('/').filter(|step| *step == "..").count();
                let room = vendor.base_url.map_or(usize::MAX, |url| url.matches('/').count() - 2);
                assert!(clean && up <= room, "{slug}'s {at}");
            }
            if let Some(url) = vendor.base_url {
                let scheme = if vendor.local { "http://127.0.0.1:" } else { "https://" };
                assert!(url.starts_with(scheme) && !url.ends_with('/'), "{slug}'s base_url");
            }
        }
        assert!(VENDORS.len() >= 50);
        assert_eq!(VENDORS.iter().filter(|vendor| vendor.reach == Reach::InProcess).count(), 1);
    }
}
