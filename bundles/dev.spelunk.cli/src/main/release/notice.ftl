Spelunk
Licensed under the Apache License, Version 2.0 (file LICENSE).

A release holds these libraries, with their licences in the folder licences/:

<#list dependencyMap as e>
<#assign p = e.getKey()/><#assign l = e.getValue()/>
${p.groupId}:${p.artifactId} ${p.version}: <#list l as name>${name}<#sep> or </#sep></#list>
</#list>
